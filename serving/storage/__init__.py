"""The database: schema, migrations, transactions, and records that ask for a tenant."""
