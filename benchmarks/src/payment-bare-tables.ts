/** The tables of the bare payments route, as one would write them by hand. */
export const barePaymentTables = `
  create table people (
    id uuid primary key, email_index text not null unique, phone_index text not null unique, sealed_email bytea not null,
    sealed_phone bytea not null, archived_at bigint, pending integer not null default 0
  );
  create table api_keys (id text primary key, user_id uuid not null references people, expires_at bigint not null);
  create table accounts (
    id text primary key, owner uuid not null, kind text not null, balance numeric(38,0) not null check (balance >= 0),
    entries bigint not null default 0
  );
  create table payments (
    id uuid primary key, sender_id uuid not null, receiver_id uuid not null, currency text not null, amount numeric(38,0) not null,
    state text not null, sender_confirmed_at bigint, receiver_confirmed_at bigint, transfer_id uuid, created_at bigint not null,
    expires_at bigint not null, ended_at bigint, version integer not null default 1
  );
  create index payments_by_sender on payments (sender_id, state, expires_at);
  create table payment_references (
    user_id uuid not null, reference_index text not null, payment_id uuid not null, content_hash text not null,
    primary key (user_id, reference_index)
  );
  create table known_counterparties (lower_id uuid not null, higher_id uuid not null, primary key (lower_id, higher_id));
  create table holds (
    id uuid primary key, owner uuid not null, currency text not null, amount numeric(38,0) not null, state text not null,
    created_at bigint not null, ended_at bigint
  );
  create table statement_lines (
    user_id uuid not null, id uuid not null, direction text not null, counterparty_id uuid not null, currency text not null,
    amount numeric(38,0) not null, state text not null, at bigint not null, primary key (user_id, id)
  );
  create table transfers (
    id uuid primary key, kind text not null, currency text not null, subject text not null, at bigint not null
  );
  create table entries (
    transfer_id uuid not null, position integer not null, account_id text not null, amount numeric(38,0) not null,
    primary key (transfer_id, position)
  );
  create table audit_records (
    id uuid primary key, at bigint not null, action text not null, actor text not null, subject text not null, detail text
  );
  create table events (id uuid primary key, type text not null, at bigint not null, data text not null);
  create table outbox (
    id uuid primary key, topic text not null, subject text not null, user_id uuid not null, sealed_payload bytea not null,
    created_at bigint not null, attempts integer not null default 0, next_try_at bigint
  );
  create index outbox_by_time on outbox (next_try_at);
`
