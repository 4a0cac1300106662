select run_id, published_at, data_through, gate_verdict, code_version from marts.publication
