"""The pages, a module each; `show` draws one for a reader, `LINKS` names the pages that another may point to."""
