"""PostgreSQL as the database: the same transaction bodies over asyncpg, and ways of its own where all come through."""
