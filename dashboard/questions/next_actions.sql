select action.* from marts.next_actions as action where action.entity_id = $entity
