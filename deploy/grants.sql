-- What the running product may do on PostgreSQL: read and write rows. `newsroom-migrate` owns the database and changes
-- tables; `newsroom`, which serves and works, cannot empty or alter tables, drop triggers, or touch what is written
-- once. deploy/setup runs this after every migration, in the product's database, as a database administrator.
REVOKE CREATE ON SCHEMA public FROM PUBLIC, newsroom;
GRANT USAGE, CREATE ON SCHEMA public TO "newsroom-migrate";
GRANT USAGE ON SCHEMA public TO newsroom;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM newsroom;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO newsroom;
GRANT SELECT, USAGE ON ALL SEQUENCES IN SCHEMA public TO newsroom;
REVOKE UPDATE, DELETE ON articles_auditentry, articles_edition, articles_signoff, articles_changesetreading FROM newsroom;
REVOKE UPDATE, DELETE ON articles_logleaf, articles_auditleaf, articles_lognode FROM newsroom;
REVOKE UPDATE ON articles_revision, articles_reprintoriginal FROM newsroom;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM newsroom;
