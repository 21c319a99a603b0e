-- Every table of a danchieu database. Columns are described in output/tables.yaml.
-- Booleans are 0/1, instants YYYY-MM-DDTHH:MM:SSZ, dates YYYY-MM-DD, the queue's clocks epoch seconds,
-- JSON is checked text. A foreign key bears the singular name of the table it points to.

CREATE TABLE units (
  slug TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  scheme TEXT NOT NULL CHECK (scheme IN ('gso63', 'gso2025')),
  code TEXT NOT NULL,
  region TEXT,
  latitude REAL,
  longitude REAL,
  valid_from TEXT,
  valid_to TEXT,
  successor TEXT REFERENCES units(slug)
) STRICT;

CREATE TABLE sites (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('newspaper', 'government', 'party', 'broadcaster', 'assembly')),
  level TEXT NOT NULL CHECK (level IN ('province', 'district', 'commune', 'agency')),
  unit TEXT REFERENCES units(slug),
  former TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(former)),
  domains TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(domains)),
  trust TEXT NOT NULL DEFAULT 'seen' CHECK (trust IN ('seen', 'guessed')),
  pattern TEXT NOT NULL DEFAULT 'examples' CHECK (pattern IN ('examples', 'guessed'))
) STRICT;

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  started TEXT NOT NULL,
  finished TEXT,
  reason TEXT,
  version TEXT NOT NULL,
  settings TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(settings))
) STRICT;

CREATE TABLE urls (
  url TEXT PRIMARY KEY,
  fetch_url TEXT NOT NULL,
  site TEXT REFERENCES sites(id),
  host TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('article', 'listing', 'feed', 'sitemap')),
  state TEXT NOT NULL DEFAULT 'new'
    CHECK (state IN ('new', 'leased', 'done', 'failed', 'gone', 'blocked', 'rejected')),
  priority INTEGER NOT NULL DEFAULT 0,
  depth INTEGER NOT NULL DEFAULT 0,
  stale INTEGER NOT NULL DEFAULT 0,
  owner TEXT,
  lease_until REAL,
  tries INTEGER NOT NULL DEFAULT 0,
  next_at REAL NOT NULL DEFAULT 0,
  interval REAL,
  etag TEXT,
  last_modified TEXT,
  first_seen TEXT NOT NULL,
  last_fetched TEXT,
  found_on TEXT,
  cause TEXT
) STRICT;
CREATE INDEX urls_ready ON urls(host, priority DESC, next_at) WHERE state = 'new';
CREATE INDEX urls_due ON urls(host, next_at) WHERE state = 'new';
CREATE INDEX urls_leased ON urls(lease_until) WHERE state = 'leased';
CREATE INDEX urls_site_state ON urls(site, state);
CREATE INDEX urls_again ON urls(next_at) WHERE state = 'done' AND next_at > 0;
CREATE INDEX urls_found_on ON urls(found_on) WHERE kind = 'article';

CREATE TABLE url_aliases (
  alias TEXT PRIMARY KEY,
  url TEXT NOT NULL REFERENCES urls(url) ON DELETE CASCADE
) STRICT;
CREATE INDEX url_aliases_url ON url_aliases(url);

CREATE TABLE hosts (
  host TEXT PRIMARY KEY,
  next_allowed REAL NOT NULL DEFAULT 0,
  breaker_until REAL NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  robots TEXT,
  robots_checked TEXT,
  robots_text TEXT,
  robots_sha256 TEXT,
  tls_profile TEXT,
  tls_reason TEXT,
  tls_learned TEXT,
  tls_expires TEXT,
  intermediates TEXT
) STRICT;

CREATE TABLE certificates (
  sha256 TEXT PRIMARY KEY,
  subject TEXT,
  issuer TEXT,
  not_before TEXT,
  not_after TEXT,
  san TEXT CHECK (san IS NULL OR json_valid(san))
) STRICT;

CREATE TABLE fetches (
  id INTEGER PRIMARY KEY,
  run TEXT REFERENCES runs(id),
  url TEXT NOT NULL,
  site TEXT REFERENCES sites(id),
  fetched_at TEXT NOT NULL,
  status INTEGER,
  final_url TEXT,
  attempts INTEGER NOT NULL DEFAULT 1,
  error_class TEXT,
  error TEXT,
  ip TEXT,
  tls_profile TEXT,
  tls_version TEXT,
  tls_cipher TEXT,
  tls_verified INTEGER CHECK (tls_verified IN (0, 1)),
  tls_path TEXT CHECK (tls_path IS NULL OR json_valid(tls_path)),
  certificate TEXT REFERENCES certificates(sha256),
  body_sha256 TEXT,
  bytes INTEGER,
  warc_file TEXT,
  warc_offset INTEGER,
  warc_length INTEGER,
  page_kind TEXT
) STRICT;
CREATE INDEX fetches_url ON fetches(url, fetched_at);
CREATE INDEX fetches_run_site ON fetches(run, site);
CREATE INDEX fetches_archive ON fetches(warc_file, warc_offset);

CREATE TABLE articles (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL UNIQUE,
  site TEXT REFERENCES sites(id),
  unit TEXT REFERENCES units(slug),
  province TEXT REFERENCES units(slug),
  title TEXT,
  lead TEXT,
  author TEXT,
  section TEXT,
  genre TEXT NOT NULL DEFAULT 'unknown'
    CHECK (genre IN ('news', 'official_text', 'qa', 'digest', 'notice', 'unknown')),
  origin TEXT NOT NULL DEFAULT 'unknown' CHECK (origin IN ('own', 'agency', 'reprint', 'official', 'unknown')),
  source_name TEXT,
  published TEXT,
  published_raw TEXT,
  published_source TEXT,
  published_precision TEXT,
  modified TEXT,
  first_seen TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'current',
  revision INTEGER NOT NULL DEFAULT 1,
  text_sha256 TEXT NOT NULL,
  n_words INTEGER NOT NULL DEFAULT 0,
  n_mentions INTEGER NOT NULL DEFAULT 0,
  extractor TEXT,
  audit_page INTEGER,
  audit_kept INTEGER,
  version TEXT NOT NULL,
  fetch INTEGER REFERENCES fetches(id),
  cluster INTEGER REFERENCES articles(id)
) STRICT;
CREATE INDEX articles_site_published ON articles(site, published);
CREATE INDEX articles_published ON articles(published);
CREATE INDEX articles_province_published ON articles(province, published);
CREATE INDEX articles_cluster ON articles(cluster);
CREATE INDEX articles_version ON articles(version);
CREATE INDEX articles_fetch ON articles(fetch);

CREATE TABLE texts (
  article INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
  text TEXT NOT NULL,
  paragraphs TEXT NOT NULL CHECK (json_valid(paragraphs)),
  folded TEXT GENERATED ALWAYS AS (replace(replace(text, 'đ', 'd'), 'Đ', 'D')) VIRTUAL
) STRICT;
CREATE VIRTUAL TABLE articles_fts USING fts5(
  text, folded, content = 'texts', content_rowid = 'article', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER texts_inserted AFTER INSERT ON texts BEGIN
  INSERT INTO articles_fts(rowid, text, folded) VALUES (new.article, new.text, new.folded);
END;
CREATE TRIGGER texts_deleted AFTER DELETE ON texts BEGIN
  INSERT INTO articles_fts(articles_fts, rowid, text, folded) VALUES ('delete', old.article, old.text, old.folded);
END;
CREATE TRIGGER texts_updated AFTER UPDATE ON texts BEGIN
  INSERT INTO articles_fts(articles_fts, rowid, text, folded) VALUES ('delete', old.article, old.text, old.folded);
  INSERT INTO articles_fts(rowid, text, folded) VALUES (new.article, new.text, new.folded);
END;

CREATE TABLE sketches (
  article INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
  text_sha256 TEXT NOT NULL,
  minhash BLOB NOT NULL
) STRICT;

CREATE TABLE revisions (
  article INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
  revision INTEGER NOT NULL,
  fetch INTEGER REFERENCES fetches(id),
  changed_at TEXT NOT NULL,
  title TEXT,
  published TEXT,
  author TEXT,
  text TEXT NOT NULL,
  text_sha256 TEXT NOT NULL,
  mentions TEXT NOT NULL CHECK (json_valid(mentions)),
  PRIMARY KEY (article, revision)
) STRICT;

CREATE TABLE sentences (
  article INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
  i INTEGER NOT NULL,
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  segmented TEXT NOT NULL,
  PRIMARY KEY (article, i),
  CHECK ("end" > start)
) STRICT, WITHOUT ROWID;

CREATE TABLE regulations (
  id TEXT PRIMARY KEY,
  label TEXT NOT NULL,
  system TEXT NOT NULL CHECK (system IN ('state', 'party', 'org')),
  level TEXT,
  type TEXT,
  number TEXT,
  symbol TEXT,
  issuer TEXT,
  issuer_code TEXT,
  unit TEXT REFERENCES units(slug),
  issued TEXT,
  issued_precision TEXT CHECK (issued_precision IN ('day', 'year')),
  year TEXT,
  term TEXT,
  subject TEXT,
  provisional INTEGER NOT NULL DEFAULT 0 CHECK (provisional IN (0, 1)),
  n_mentions INTEGER NOT NULL DEFAULT 0,
  n_articles INTEGER NOT NULL DEFAULT 0,
  n_clusters INTEGER NOT NULL DEFAULT 0,
  n_provinces INTEGER NOT NULL DEFAULT 0,
  first_cited TEXT
) STRICT;
CREATE INDEX regulations_number ON regulations(number, type);
CREATE INDEX regulations_type ON regulations(type);
CREATE INDEX regulations_n_mentions ON regulations(n_mentions);

CREATE TABLE mentions (
  article INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
  i INTEGER NOT NULL,
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  surface TEXT NOT NULL,
  paragraph INTEGER,
  zone TEXT NOT NULL CHECK (zone IN ('title', 'lead', 'body', 'row', 'caption')),
  quoted INTEGER NOT NULL DEFAULT 0 CHECK (quoted IN (0, 1)),
  kind TEXT NOT NULL CHECK (kind IN ('full', 'short', 'list', 'anaphor', 'named', 'congress')),
  type TEXT,
  number TEXT,
  year TEXT,
  abbreviation TEXT,
  symbol TEXT,
  issuer_code TEXT,
  issuer TEXT,
  place TEXT,
  place_by TEXT CHECK (place_by IN ('issuer', 'dateline', 'page', 'site')),
  date TEXT,
  date_role TEXT CHECK (date_role IN ('issued', 'effective', 'event', 'partial')),
  date_inferred TEXT,
  pinpoint TEXT,
  subject TEXT,
  regulation_in_page TEXT REFERENCES regulations(id),
  regulation TEXT REFERENCES regulations(id),
  resolved_by TEXT,
  resolved_in_page TEXT,
  confidence REAL NOT NULL DEFAULT 0,
  flags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(flags)),
  PRIMARY KEY (article, i),
  UNIQUE (article, start, "end"),
  CHECK ("end" > start)
) STRICT, WITHOUT ROWID;
CREATE INDEX mentions_regulation ON mentions(regulation, article);
CREATE INDEX mentions_regulation_in_page ON mentions(regulation_in_page);

CREATE TABLE relations (
  article INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
  subject TEXT NOT NULL REFERENCES regulations(id),
  relation TEXT NOT NULL CHECK (relation IN
    ('replaces', 'amends', 'repeals', 'based_on', 'implements', 'guides', 'inherits', 'consolidates')),
  object TEXT NOT NULL REFERENCES regulations(id),
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  PRIMARY KEY (article, subject, relation, object, start)
) STRICT, WITHOUT ROWID;
CREATE INDEX relations_subject ON relations(subject);
CREATE INDEX relations_object ON relations(object);

CREATE TABLE regulation_aliases (
  alias TEXT NOT NULL,
  folded TEXT NOT NULL,
  regulation TEXT NOT NULL REFERENCES regulations(id),
  source TEXT NOT NULL,
  PRIMARY KEY (alias, regulation)
) STRICT;
CREATE INDEX regulation_aliases_folded ON regulation_aliases(folded);
CREATE INDEX regulation_aliases_regulation ON regulation_aliases(regulation);

CREATE TABLE regulation_links (
  subject TEXT NOT NULL REFERENCES regulations(id),
  link TEXT NOT NULL CHECK (link IN ('same_as', 'part_of')),
  object TEXT NOT NULL REFERENCES regulations(id),
  reason TEXT NOT NULL,
  article INTEGER REFERENCES articles(id) ON DELETE SET NULL,
  undone_at TEXT,
  PRIMARY KEY (subject, link, object)
) STRICT;
CREATE INDEX regulation_links_object ON regulation_links(object);

CREATE TABLE ballots (
  article INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
  rules INTEGER NOT NULL,
  says BLOB NOT NULL
) STRICT;
CREATE TRIGGER mentions_inserted AFTER INSERT ON mentions BEGIN
  DELETE FROM ballots WHERE article = new.article;
END;
CREATE TRIGGER mentions_deleted AFTER DELETE ON mentions BEGIN
  DELETE FROM ballots WHERE article = old.article;
END;
CREATE TRIGGER mentions_updated AFTER UPDATE ON mentions BEGIN
  DELETE FROM ballots WHERE article IN (old.article, new.article);
END;
CREATE TRIGGER texts_rewritten AFTER UPDATE ON texts BEGIN
  DELETE FROM ballots WHERE article = new.article;
END;

CREATE TABLE claims (
  regulation TEXT NOT NULL REFERENCES regulations(id),
  field TEXT NOT NULL CHECK (field IN ('date', 'issuer', 'subject')),
  value TEXT NOT NULL,
  n_clusters INTEGER NOT NULL,
  first_article INTEGER REFERENCES articles(id) ON DELETE SET NULL,
  PRIMARY KEY (regulation, field, value)
) STRICT;

CREATE TABLE corrections (
  article INTEGER NOT NULL,
  text_sha256 TEXT NOT NULL,
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  field TEXT NOT NULL,
  value TEXT,
  who TEXT,
  at TEXT NOT NULL,
  PRIMARY KEY (article, text_sha256, start, "end", field)
) STRICT;

CREATE TABLE precision_scores (
  sheet_sha256 TEXT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('all', 'site', 'kind')),
  name TEXT NOT NULL,
  judged INTEGER NOT NULL CHECK (judged > 0),
  right INTEGER NOT NULL CHECK (right BETWEEN 0 AND judged),
  precision REAL NOT NULL,
  low REAL NOT NULL,
  high REAL NOT NULL,
  version TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (sheet_sha256, scope, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE notes (
  id INTEGER PRIMARY KEY,
  article INTEGER REFERENCES articles(id) ON DELETE CASCADE,
  fetch INTEGER REFERENCES fetches(id),
  kind TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX notes_article ON notes(article);
CREATE INDEX notes_fetch ON notes(fetch);

CREATE TABLE site_runs (
  run TEXT NOT NULL REFERENCES runs(id),
  site TEXT NOT NULL REFERENCES sites(id),
  listings INTEGER NOT NULL DEFAULT 0,
  links INTEGER NOT NULL DEFAULT 0,
  candidates INTEGER NOT NULL DEFAULT 0,
  known INTEGER NOT NULL DEFAULT 0,
  fetched INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  blocked INTEGER NOT NULL DEFAULT 0,
  pages INTEGER NOT NULL DEFAULT 0,
  texts INTEGER NOT NULL DEFAULT 0,
  dated INTEGER NOT NULL DEFAULT 0,
  citing INTEGER NOT NULL DEFAULT 0,
  foreign_pages INTEGER NOT NULL DEFAULT 0,
  tls_recovered INTEGER NOT NULL DEFAULT 0,
  new INTEGER NOT NULL DEFAULT 0,
  changed INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,
  mentions INTEGER NOT NULL DEFAULT 0,
  expected REAL,
  verdict TEXT,
  stage TEXT,
  PRIMARY KEY (run, site)
) STRICT, WITHOUT ROWID;
CREATE INDEX site_runs_site ON site_runs(site);

CREATE TABLE coverage (
  site TEXT NOT NULL REFERENCES sites(id),
  day TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('observed', 'partial', 'down', 'not_started', 'backfilled')),
  listing_ok INTEGER CHECK (listing_ok IN (0, 1)),
  articles INTEGER NOT NULL DEFAULT 0,
  with_date INTEGER NOT NULL DEFAULT 0,
  expected REAL,
  reason TEXT,
  PRIMARY KEY (site, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE forgotten (
  url_sha256 TEXT PRIMARY KEY,
  at TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;

CREATE TABLE regulation_units (
  regulation TEXT NOT NULL REFERENCES regulations(id),
  unit TEXT NOT NULL REFERENCES units(slug),
  first_cited TEXT,
  censored INTEGER NOT NULL DEFAULT 0 CHECK (censored IN (0, 1)),
  lag_days INTEGER,
  n INTEGER NOT NULL,
  n_own INTEGER NOT NULL,
  n_clusters INTEGER NOT NULL,
  PRIMARY KEY (regulation, unit)
) STRICT, WITHOUT ROWID;
CREATE INDEX regulation_units_unit ON regulation_units(unit, n);

CREATE TABLE unit_months (
  unit TEXT NOT NULL REFERENCES units(slug),
  month TEXT NOT NULL,
  articles INTEGER NOT NULL,
  days_observed INTEGER NOT NULL,
  n_sites_observed INTEGER NOT NULL,
  citations INTEGER NOT NULL,
  PRIMARY KEY (unit, month)
) STRICT, WITHOUT ROWID;

CREATE TABLE site_status (
  site TEXT PRIMARY KEY REFERENCES sites(id),
  last_run TEXT REFERENCES runs(id),
  last_new TEXT,
  articles INTEGER NOT NULL DEFAULT 0,
  mentions INTEGER NOT NULL DEFAULT 0,
  expected REAL,
  verdict TEXT,
  stage TEXT,
  audit_recall REAL
) STRICT;
