"""Pages for readers over the published file: a dashboard and a weekly brief, in Japanese and English.

Reading order: served (one read-only connection a query session), questions (all SQL), words (all labels), reader
(who asks), figures and sentences (how it is told), scores, charts and parts (drawings and tables), views (a module a
page), app (what Streamlit runs), brief and brief_page (the static page), exports, lineage_pages.
"""
