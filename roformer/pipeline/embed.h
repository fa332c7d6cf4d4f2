// One vector for each line of text.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "roformer/checkpoint/folder.h"
#include "roformer/model/encoder.h"
#include "roformer/pipeline/sentence_steps.h"
#include "roformer/pipeline/text_batches.h"

namespace roformer::pipeline {

/// Choices of an embedding. What is not chosen is the mean, unscaled and of all dimensions, or,
/// opened from a folder, what its own files say (sentence_folder.h); so are length.max_length and
/// length.truncate.
struct EmbedOptions : TextOptions {
  std::vector<Pooling> poolings;           // their vectors side by side
  std::optional<bool> normalize;           // to Euclidean length 1, at the end
  std::optional<std::string> prompt;       // stands before each line
  std::string prompt_name;                 // one of the folder's, in its place
  bool include_prompt = true;              // false: the prompt's tokens are not pooled
  std::optional<std::int64_t> dimensions;  // the first so many; 0: all
  std::vector<VectorStep> steps;  // behind the poolings, before `dimensions` and `normalize`
  bool two_sided = false;  // all tokens of a line see each other, of a decoder too (RoFormer-Sim)
  std::string similarity;  // what the vectors are compared by; empty: not said
  // Makes a number of the files that steps and model come from; none: there are none.
  std::function<std::uint64_t()> source_fingerprint = {};
};

/// An encoder, its tokenizer and what makes a vector of its hidden states.
class Embed {
 public:
  /// `model` is in evaluation mode, a model::PooledEncoder if the pooler is a pooling: else throws
  /// Error, as where the tokenizer does not fit, or `dimensions` are more than a vector has, or
  /// poolings ask for [CLS] of a decoder, which sees itself alone unless `two_sided`.
  Embed(model::Encoder model, text::Tokenizer tokenizer, const EmbedOptions& options = {});

  /// (lines, width) float32 on the CPU, in the order of the lines. Of a line read in windows: the
  /// mean of its windows' vectors, each counted by its tokens. Throws Error that names the line for
  /// vectors that are none.
  torch::Tensor operator()(const Lines& lines);

  /// How many lines were cut so far, and the number of the first of them.
  std::int64_t cut_lines() const { return cut_lines_; }
  std::int64_t first_cut_line() const { return first_cut_line_; }
  /// Whether it is a line's begin that is left out then, not its end.
  bool cuts_at_begin() const { return encoder_.tokenizer().facts().row.cut_at_begin; }
  /// Tokens that a line may have; 0: any number.
  std::int64_t max_length() const { return encoder_.max_length(); }
  /// From now on `prompt` stands before each line.
  void set_prompt(const std::string& prompt);
  /// Forgets what was cut so far, before lines of another text.
  void forget_cut_lines() { cut_lines_ = first_cut_line_ = 0; }
  /// What was chosen, completed by the folder's own files.
  const EmbedOptions& options() const { return options_; }
  /// A number of all that a line's vector hangs on: weights, tokenizer, options.
  std::uint64_t fingerprint() const;
  /// Whether the tokenizer takes bytes as they are, UTF-8 or not.
  bool takes_bytes() const { return encoder_.tokenizer().is_bytes(); }

 private:
  void count_prompt();
  std::int64_t prompt_tokens() const;
  torch::Tensor pool_all(const packed::PackedBatch& batch);
  torch::Tensor finish(torch::Tensor vectors) const;

  EmbedOptions options_;
  model::Encoder model_;
  TextEncoder encoder_;
  std::int64_t skipped_ = 0;  // tokens of a sequence that are not pooled
  std::int64_t cut_lines_ = 0, first_cut_line_ = 0;
};

/// The model and the tokenizer of a checkpoint folder, or of weights in one. Throws Error if it has
/// no pooler where that is the pooling, or no tokenizer.
Embed open_embed(const std::filesystem::path& path, EmbedOptions options = {});
/// The same with an encoder that was read already; null: it is read. `options` have the name.
Embed open_embed(const checkpoint::Folder& folder, EmbedOptions options, model::Encoder encoder);

/// Throws Error if open_embed would by what the folder says beside its encoder: its tokenizer,
/// lengths, prompts, and the steps behind the poolings, which are tried.
void require_own_settings(const checkpoint::Folder& folder, const model::EncoderConfig& config,
                          const text::Tokenizer& tokenizer);

}  // namespace roformer::pipeline
