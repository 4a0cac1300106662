"""What Superset needs to read a publication; add its SECRET_KEY and its own SQLALCHEMY_DATABASE_URI."""

from superset.config import TALISMAN_CONFIG

# A file may be a database.
PREVENT_UNSAFE_DB_CONNECTIONS = False
# The pages load no picture from elsewhere: Superset's would count its visitors there.
TALISMAN_CONFIG = {
    **TALISMAN_CONFIG,
    "content_security_policy": {
        **TALISMAN_CONFIG["content_security_policy"],
        "img-src": ["'self'", "blob:", "data:"],
        "connect-src": ["'self'"],
    },
}
