"""Takes back the article that older rules read in an archived answer, where newer ones read none."""

from __future__ import annotations

from pipelines.store import Transaction

NOT_READ = ""  # the version of an article that went back to an earlier answer, until that one is understood again

_RESTING = "SELECT a.id FROM fetches f JOIN articles a ON a.fetch = f.id WHERE (f.warc_file, f.warc_offset) = (?, ?)"
_EARLIER = """
SELECT r.* FROM revisions r JOIN fetches f ON f.id = r.fetch
WHERE r.article = ? AND f.warc_file IS NOT NULL ORDER BY r.revision DESC LIMIT 1
"""
_GO_BACK = """
UPDATE articles SET fetch = :fetch, revision = :revision, title = :title, published = :published, author = :author,
  text_sha256 = :text_sha256, version = :version WHERE id = :article
"""
_REMOVALS = ("UPDATE articles SET cluster = NULL WHERE cluster = ?", "DELETE FROM articles WHERE id = ?")


def withdraw(tx: Transaction, file: str, offset: int) -> bool:
    """Whether an article rested on the answer archived there, which is no article any more.

    Then it goes back to the text of the latest earlier answer in the archive, to be understood again (``NOT_READ``),
    and is removed where there is none. Corrections stay, and are reported as those that no longer fit.
    """
    resting = [row["id"] for row in tx.execute(_RESTING, [file, offset]).fetchall()]
    for article in resting:
        earlier = tx.execute(_EARLIER, [article]).fetchone()
        if earlier is None:
            for statement in _REMOVALS:
                tx.execute(statement, [article])
        else:
            tx.execute(_GO_BACK, dict(earlier) | {"version": NOT_READ})
            tx.execute("UPDATE texts SET text = ? WHERE article = ?", [earlier["text"], article])
            tx.execute("DELETE FROM revisions WHERE article = ? AND revision >= ?", [article, earlier["revision"]])
    return bool(resting)
