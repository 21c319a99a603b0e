"""The built-in sample site of ``danchieu demo``: three hosts on loopback ports, each with the broken TLS of a real one.

``with serve() as sample: ...`` starts them; ``sample.catalogue`` is the catalogue that leads to them. What their pages
hold is data (see ``content``), so that ``articles()`` says what has to be found there and ``non_articles()`` what not.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType

from jinja2 import Environment, StrictUndefined

from crawler.sample import certificates, content
from crawler.sample.content import NonArticle, SampleArticle, SampleSite, articles, non_articles, sites
from crawler.sample.pages import Pages
from crawler.sample.servers import Answer, Response, Server, context_for

__all__ = ["NonArticle", "Sample", "SampleArticle", "SampleSite", "articles", "non_articles", "serve", "sites"]

RESETS = 2


class Sample:
    """The running sample. ``requests`` logs (host, path) of every request answered, over all hosts, in order."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="danchieu-sample-")
        self._servers: list[Server] = []
        self.requests: list[tuple[str, str]] = []
        self.sites = sites()
        folder = Path(self._folder.name)
        root = certificates.make_root()
        intermediate = certificates.make_intermediate(root)
        issuers = self._start(Server(_constant(Response(intermediate.der(), "application/pkix-cert"))))
        self.issuer_url = f"http://127.0.0.1:{issuers.port}/intermediate.cer"
        self.root = folder / "root.pem"
        self.root.write_bytes(root.pem())
        self.ports = {site.id: self._serve_site(site, intermediate, folder) for site in self.sites}
        self.catalogue = folder / "sites.toml"
        self.catalogue.write_text(self._fill_catalogue(), encoding="utf-8")

    def __enter__(self) -> Sample:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops the servers and removes keys, certificates and catalogue."""
        while self._servers:
            self._servers.pop().close()
        self._folder.cleanup()

    def _start(self, server: Server) -> Server:
        self._servers.append(server)
        return server

    def _serve_site(self, site: SampleSite, intermediate: certificates.Signer, folder: Path) -> int:
        above = [] if site.fault == "no-intermediate" else [intermediate]
        leaf = certificates.issue(intermediate, site.host, self.issuer_url)
        chain = certificates.write_chain(folder / f"{site.id}.pem", leaf, *above)
        resets = RESETS if site.fault == "reset-twice" else 0
        return self._start(Server(self._logged(site), context_for(site.fault, chain), resets)).port

    def _logged(self, site: SampleSite) -> Answer:
        pages = Pages(site)

        def answer(path: str) -> Response:
            self.requests.append((site.host, path))
            return pages.answer(path)

        return answer

    def _fill_catalogue(self) -> str:
        template = Environment(autoescape=False, undefined=StrictUndefined).from_string(  # noqa: S701 -- TOML, not HTML
            content.CATALOGUE.read_text(encoding="utf-8")
        )
        return template.render(root=self.root, ports=self.ports)


def serve() -> Sample:
    """The sample, running; close it, or use it in a ``with`` statement."""
    return Sample()


def _constant(response: Response) -> Answer:
    return lambda path: response
