// Translations of lines of text by an encoder-decoder, or by several together. The header is light:
// no tensors in it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "roformer/generate/beam_options.h"
#include "roformer/pipeline/lines.h"
#include "roformer/text/tokenizer.h"

namespace roformer::model {
class EncoderDecoderImpl;  // its header is LibTorch's
}

namespace roformer::pipeline {

/// How lines are searched, and what of the answers is wanted.
struct TranslateOptions : PipelineOptions {
  generate::BeamOptions search;
  std::int64_t max_source_length = 1024;  // tokens of a line, the end token with them
  bool want_attention = false;            // Translation::attention of the best hypothesis
  // A table of words (generate/shortlist.h), which the words of a translation are taken from; empty:
  // all words.
  std::filesystem::path shortlist = {};
  std::int64_t shortlist_first = 100, shortlist_best = 100;
};

/// One way to say it.
struct TranslatedText {
  std::string text;
  std::vector<std::string> tokens;  // without the end token
  double score = 0;                 // log_probability / length^length_penalty
  double log_probability = 0;
};

/// What became of a line.
struct Translation {
  std::vector<TranslatedText> hypotheses;  // best first, at least one
  std::vector<std::string> source_tokens;  // the end token with them; none for an empty line
  // Row t: weights on the source tokens when token t of the best hypothesis was chosen; the last
  // row is that of its end token. The last layer's cross-attention in the first model, the mean of
  // its heads.
  std::vector<std::vector<float>> attention;
};

/// The place of the largest weight in each row of Translation::attention.
std::vector<std::int64_t> strongest(const std::vector<std::vector<float>>& attention);

/// Translation models that share a vocabulary, and their tokenizer.
///
/// A line without tokens (empty, or white space alone) is an empty translation.
class Translate {
 public:
  /// `models` are in evaluation mode, at least one, and do not learn as long as this is used.
  /// Throws Error if the tokenizer does not fit them.
  Translate(const std::vector<std::shared_ptr<model::EncoderDecoderImpl>>& models,
            text::Tokenizer tokenizer, const TranslateOptions& options = {});

  /// One answer a line. `prefixes`, if there are any, one a line, are the beginnings of the
  /// translations, which have them too. Throws Error naming the line, by its number
  /// in the input, that is too long, has a longer prefix than it may or that the search fails on.
  std::vector<Translation> operator()(const Lines& lines,
                                      std::span<const std::string> prefixes = {}) const;

 private:
  class Parts;
  std::shared_ptr<const Parts> parts_;
};

/// The models of some folders and the tokenizer of the first. Throws Error for no folder, one
/// without an encoder-decoder or tokenizer (what is there or missing instead), and ones whose
/// vocabularies differ.
Translate open_translate(const std::vector<std::filesystem::path>& folders,
                         TranslateOptions options = {});

}  // namespace roformer::pipeline
