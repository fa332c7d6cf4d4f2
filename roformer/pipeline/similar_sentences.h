// Sentences that mean what a line means, written and chosen by one model: RoFormer-Sim's and
// SimBERT's use (Su 2021, gen_synonyms). Many are drawn behind the line, which is seen whole, and
// those are kept whose vectors are most alike to the line's.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "roformer/generate/decoder.h"
#include "roformer/generate/sampling.h"
#include "roformer/head/language_model.h"
#include "roformer/pipeline/embed.h"
#include "roformer/pipeline/vector_similarity.h"

namespace roformer::generate {
struct Prompt;
}

namespace roformer::pipeline {

struct SimilarOptions : PipelineOptions {
  generate::SamplingOptions sampling = {.top_p = 0.95};
  std::int64_t max_new_tokens = 64;
  std::int64_t samples = 100;  // drawn for each line
  std::int64_t best = 20;      // kept of them
  std::int64_t samples_at_once = 50;
  std::uint64_t seed = 0;         // the sentences of line i hang on it and on i alone
  std::vector<Pooling> poolings;  // of the vectors; empty: the folder's own, else the pooler, or
                                  // where there is none [CLS]
};

/// A sentence and how alike it is to the line.
struct SimilarSentence {
  std::string text;
  float score = 0;
};

struct SimilarSentences {
  std::vector<SimilarSentence> best;  // the most alike first
  std::int64_t distinct = 0;  // different sentences among the samples, the line itself left out
};

class WriteSimilar {
 public:
  /// `model` is in evaluation mode and the encoder that `embed` has. Throws Error for a model that
  /// cannot be a prefix language model (generate/decoder.h), and for a tokenizer that ends no text.
  WriteSimilar(std::shared_ptr<head::LanguageModelImpl> model, Embed embed,
               text::Tokenizer tokenizer, const SimilarOptions& options = {});

  /// One answer a line; chosen may be fewer than `best`, or none where each sample is the line
  /// itself. Throws LineError for a line that leaves no room for max_new_tokens in the model's
  /// positions, and Error naming the line whose logits or vectors are no numbers.
  std::vector<SimilarSentences> operator()(const Lines& lines);

 private:
  std::vector<std::int64_t> prompt_of(const Lines& lines, std::size_t line) const;
  std::vector<std::string> draw(const std::vector<std::int64_t>& prompt, std::int64_t line) const;
  std::vector<std::string> distinct_texts(const Lines& lines, std::size_t line) const;
  std::string text_of(const std::vector<std::int64_t>& ids) const;

  SimilarOptions options_;
  std::shared_ptr<head::LanguageModelImpl> model_;
  Embed embed_;
  text::Tokenizer tokenizer_;
  SimilarityFunction function_;
};

/// The model and the tokenizer of a checkpoint folder, or of weights in one, whether its config.json
/// says is_decoder or not: RoFormerForCausalLM of RoFormer-Sim, RoFormerForMaskedLM. Throws Error
/// naming the weights that are missing.
WriteSimilar open_write_similar(const std::filesystem::path& path, SimilarOptions options = {});

}  // namespace roformer::pipeline
