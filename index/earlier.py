"""Publications of index versions that are not live: what an earlier answer cites stays to be read."""

from __future__ import annotations

from corpus.publication import Publication
from index.content import read_publications
from index.versions import DataFolder


def earlier_publication(data: DataFolder, publication: str) -> Publication | None:
    """A publication as the newest version on disk holds it; None when no version does.

    Raises:
        StoreError: a manifest cannot be read.
    """
    manifests = [data.manifest(version) for version in data.ids()]
    manifests.sort(key=lambda each: str(each.get("built", "")), reverse=True)
    for manifest in manifests:
        if any(each["id"] == publication for each in manifest["publications"]):
            found = read_publications(data.folder(str(manifest["version"])))
            return next((each for each in found if each.id == publication), None)
    return None
