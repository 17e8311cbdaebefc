"""The only room that knows SQLAlchemy: the database, its schema and its queries."""
