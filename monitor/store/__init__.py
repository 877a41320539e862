"""The only SQL: schema, engine, migrations, and one module per record family."""
