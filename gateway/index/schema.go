package index

// schemaVersion is kept in the file (user_version). A file of another version is rebuilt, never migrated: everything in it
// comes from the blocks.
const schemaVersion = 2

// Ids of records and versions count up in the order of the blocks, so a rebuilt index is equal to a live one, "the newest
// first" is a walk down a primary key, and the state after a block is "versions up to an id".
//
// Contents stand in versions, in the order they came: keys are hashes, and a table ordered by them would touch a page of
// its own for every record written.
const schema = `
CREATE TABLE blocks (
	number       INTEGER PRIMARY KEY,
	hash         BLOB NOT NULL,
	previous     BLOB NOT NULL,
	data         BLOB NOT NULL,
	time         INTEGER,          -- the latest time of a valid transaction up to here, seconds
	size         INTEGER NOT NULL, -- transactions
	valid        INTEGER NOT NULL,
	records      INTEGER NOT NULL, -- versions written
	last_record  INTEGER NOT NULL, -- greatest id up to here
	last_version INTEGER NOT NULL
) STRICT;
CREATE INDEX blocks_time ON blocks (time);

CREATE TABLE transactions (
	block         INTEGER NOT NULL,
	position      INTEGER NOT NULL,
	id            TEXT NOT NULL,
	type          TEXT NOT NULL,
	creator       TEXT NOT NULL,
	function      TEXT NOT NULL,
	event         TEXT NOT NULL,
	time          INTEGER,
	code          INTEGER NOT NULL, -- the peer's validation code; 0 is valid
	first_version INTEGER NOT NULL, -- id of the first version it wrote, if it wrote any
	records       INTEGER NOT NULL,
	PRIMARY KEY (block, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX transactions_id ON transactions (id);

CREATE TABLE records (
	id           INTEGER PRIMARY KEY,
	key          TEXT NOT NULL UNIQUE,
	kind         TEXT NOT NULL,
	organisation TEXT NOT NULL, -- that made it
	type         TEXT NOT NULL,
	state        TEXT NOT NULL,
	document     TEXT,          -- of a notarisation: key of the document
	first_block  INTEGER NOT NULL, -- that wrote its first version
	last_version INTEGER NOT NULL
) STRICT;
CREATE INDEX records_kind ON records (kind);
CREATE INDEX records_organisation ON records (kind, organisation);
CREATE INDEX records_type ON records (kind, type);
CREATE INDEX records_state ON records (kind, state);
CREATE INDEX records_document ON records (document) WHERE document IS NOT NULL;

CREATE TABLE versions (
	id       INTEGER PRIMARY KEY,
	record   INTEGER NOT NULL,
	block    INTEGER NOT NULL,
	position INTEGER NOT NULL, -- of the transaction
	event    TEXT NOT NULL,
	unsound  TEXT NOT NULL,    -- why the rules do not make it; empty: they do
	content  BLOB              -- NULL: deleted
) STRICT;
CREATE INDEX versions_record ON versions (record, block);

CREATE TABLE batches (
	part   INTEGER PRIMARY KEY, -- id of the batch's record * 64 + which sixteen of its statements
	parts  INTEGER NOT NULL,    -- of this batch
	leaves BLOB NOT NULL,       -- leaf hashes of these statements, one after the other
	path   BLOB NOT NULL        -- from the root over them up to the root of the batch
) STRICT;

-- What statistics tell, kept up to date with every block.
CREATE TABLE counters (
	name  TEXT NOT NULL,
	a     TEXT NOT NULL,
	b     TEXT NOT NULL,
	value INTEGER NOT NULL,
	PRIMARY KEY (name, a, b)
) STRICT, WITHOUT ROWID;
`

// tables lists every table with the order in which Digest reads it.
var tables = []struct{ name, order string }{
	{"blocks", "number"},
	{"transactions", "block, position"},
	{"records", "id"},
	{"versions", "id"},
	{"batches", "part"},
	{"counters", "name, a, b"},
}
