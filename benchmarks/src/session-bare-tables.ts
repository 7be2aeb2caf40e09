/** The tables of the bare sessions routes, as one would write them by hand. */
export const bareSessionTables = `
  create table licences (id uuid primary key, secret_hash text not null unique, revoked_at bigint);
  create table users (id uuid primary key, archived_at bigint);
  create table dids (id uuid primary key, user_id uuid not null references users, did text not null unique);
  create index dids_by_user on dids (user_id, id);
  create table methods (
    id uuid primary key, user_id uuid not null unique, version integer not null default 1, remaining integer not null default 10,
    last_attempt uuid, last_used_at bigint, salt bytea not null, sealed_private_key bytea not null, ephemeral_key bytea not null,
    sealed_secret bytea not null
  );
  create table configurations (id uuid primary key, tag text not null unique, settings text not null);
  create table sessions (
    id uuid primary key, state text not null, version integer not null default 1, configuration text not null,
    creator_id uuid not null, creator_key text not null, user_id uuid not null, sealed_details bytea not null, browser_hash text,
    caller_key text, pin_attempts integer not null default 0, created_at bigint not null, expires_at bigint not null, ended_at bigint
  );
  create index sessions_by_expiry on sessions (expires_at);
  create table session_values (
    session_id uuid not null, name text not null, sealed_value bytea not null, expires_at bigint not null,
    primary key (session_id, name)
  );
  create index session_values_by_expiry on session_values (expires_at);
  create table requests (id text primary key, fingerprint text not null, sealed_reply bytea, expires_at bigint not null);
  create index requests_by_expiry on requests (expires_at);
  create table rate_limits (
    subject text not null, window_index bigint not null, count integer not null, ends_at bigint not null,
    primary key (subject, window_index)
  );
  create index rate_limits_by_end on rate_limits (ends_at);
  create table audit_records (
    id uuid primary key, at bigint not null, action text not null, actor text not null, subject text not null, detail text
  );
  create table events (id uuid primary key, type text not null, at bigint not null, data text not null);
`
