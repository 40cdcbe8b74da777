"""Presidio's pattern recognisers, without a language model: presidio.py FILE [KILOBYTES] prints megabytes a second.

A blank English pipeline of spaCy stands in for the model, which makes it faster than as shipped.
"""
import logging
import sys
import time

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

logging.disable(logging.WARNING)


class Blank(NlpEngine):
    """Tokens by white space, no entities."""

    def load(self):
        pass

    def is_loaded(self):
        return True

    def get_supported_entities(self):
        return []

    def get_supported_languages(self):
        return ["en"]

    def is_stopword(self, word, language):
        return False

    def is_punct(self, word, language):
        return False

    def process_batch(self, texts, language, **kwargs):
        for text in texts:
            yield text, self.process_text(text, language)

    def process_text(self, text, language):
        import spacy
        doc = Blank.pipeline(text) if hasattr(Blank, "pipeline") else setattr(Blank, "pipeline", spacy.blank("en")) or Blank.pipeline(text)
        return NlpArtifacts(entities=[], tokens=doc, tokens_indices=[t.idx for t in doc], lemmas=[t.text.lower() for t in doc],
                            nlp_engine=self, language=language)


def main():
    with open(sys.argv[1], encoding="utf-8", errors="replace") as f:
        lines = f.read((int(sys.argv[2]) if len(sys.argv) > 2 else 256) * 1024).splitlines()
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"], nlp_engine=Blank())
    for recognizer in list(registry.recognizers):
        if "Spacy" in recognizer.name or "NER" in recognizer.name:
            registry.remove_recognizer(recognizer.name)
    engine = AnalyzerEngine(registry=registry, nlp_engine=Blank(), supported_languages=["en"])
    engine.analyze("warm up 4111111111111111", "en")
    size = found = 0
    start = time.process_time()
    for line in lines:
        found += len(engine.analyze(line, "en"))
        size += len(line.encode()) + 1
        if time.process_time() - start > 30:
            break
    took = time.process_time() - start
    print("%s %.4f MB/s %d found in %d bytes" % (sys.argv[1], size / took / 1e6, found, size))


main()
