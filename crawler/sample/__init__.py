"""The built-in sample site of ``danchieu demo``: three hosts on loopback ports, each with the broken TLS of a real one.

``with serve() as sample: ...`` starts them; ``sample.catalogue`` is the catalogue that leads to them. What their pages
hold is data (see ``content``), so that ``articles()`` says what has to be found there and ``non_articles()`` what not.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from jinja2 import Environment, StrictUndefined

from crawler.sample import certificates
from crawler.sample.content import CATALOGUE, NonArticle, SampleArticle, SampleSite, articles, non_articles, sites
from crawler.sample.pages import Pages
from crawler.sample.servers import Answer, Response, Server, context_for

__all__ = ["NonArticle", "Sample", "SampleArticle", "SampleSite", "articles", "non_articles", "serve", "sites"]

RESETS = 2  # handshakes that a "reset-twice" host hangs up on


@dataclass(frozen=True)
class Sample:
    """The running sample.

    ``catalogue`` and ``root`` are files: the sites, and the certificate (PEM) that vouches for them. ``ports`` are by
    site; ``requests`` logs (host, path) of every request answered, in order.
    """

    catalogue: Path
    root: Path
    ports: Mapping[str, int]
    sites: tuple[SampleSite, ...]
    requests: list[tuple[str, str]]
    _opened: ExitStack

    def __enter__(self) -> Sample:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops the servers and removes keys, certificates and catalogue."""
        self._opened.close()


def serve() -> Sample:
    """The sample, running; close it, or use it in a ``with`` statement."""
    root = certificates.make_root()
    intermediate = certificates.make_intermediate(root)
    requests: list[tuple[str, str]] = []
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="danchieu-sample-")))
        issuers = _opened(opened, Server(_constant(Response(intermediate.der(), "application/pkix-cert"))))
        issuer_url = f"http://127.0.0.1:{issuers.port}/intermediate.cer"
        ports = {}
        for site in sites():
            leaf = certificates.issue(intermediate, site.host, issuer_url)
            above = [] if site.fault == "no-intermediate" else [intermediate]
            chain = certificates.write_chain(folder / f"{site.id}.pem", leaf, *above)
            resets = RESETS if site.fault == "reset-twice" else 0
            server = Server(_logged(Pages(site).answer, site.host, requests), context_for(site.fault, chain), resets)
            ports[site.id] = _opened(opened, server).port
        root_file = folder / "root.pem"
        root_file.write_bytes(root.pem())
        catalogue = folder / "sites.toml"
        catalogue.write_text(_filled_catalogue(root_file, ports), encoding="utf-8")
        return Sample(catalogue, root_file, ports, sites(), requests, opened.pop_all())


def _opened(stack: ExitStack, server: Server) -> Server:
    stack.callback(server.close)
    return server


def _constant(response: Response) -> Answer:
    return lambda path: response


def _logged(answer: Answer, host: str, requests: list[tuple[str, str]]) -> Answer:
    def logging(path: str) -> Response:
        requests.append((host, path))
        return answer(path)

    return logging


def _filled_catalogue(root: Path, ports: Mapping[str, int]) -> str:
    environment = Environment(autoescape=False, undefined=StrictUndefined)  # noqa: S701 -- TOML, not HTML
    return environment.from_string(CATALOGUE.read_text(encoding="utf-8")).render(root=root.as_posix(), ports=ports)
