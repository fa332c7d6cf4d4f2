// Text that continues lines of text. The header is light: no tensors in it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/generate/sampling.h"
#include "roformer/pipeline/lines.h"
#include "roformer/text/tokenizer.h"

// Their headers are LibTorch's.
namespace roformer::generate {
struct GenerationOptions;
struct Prompt;
}  // namespace roformer::generate
namespace roformer::head {
class LanguageModelImpl;
}

namespace roformer::pipeline {

struct GenerateOptions : PipelineOptions {
  generate::SamplingOptions sampling;
  std::int64_t max_new_tokens = 200;
  std::vector<std::string> stops;  // a line's text ends before the first of them
  std::string first_token;         // stands before every prompt, as [CLS] of RoFormer-Sim; or empty
  std::uint64_t seed = 0;  // the text of line i hangs on it and on i, not on the other lines
  std::int64_t lines_at_once = 16;
};

/// What was written behind a line.
struct Continuation {
  std::string text;                 // without the stop text
  std::vector<std::int64_t> ids;    // of all new tokens
  std::vector<std::string> tokens;  // the same
  std::string finish;               // length, end (the model's end token) or stop (a stop text)
};

/// Hears of each piece of text as soon as it is certain: whole characters, never a stop text. The
/// pieces of a line joined are its text, the `last` one may be empty. `line` is an index into
/// Lines::texts.
using OnText = std::function<void(std::size_t line, std::string_view piece, bool last)>;

/// A causal language model and its tokenizer.
///
/// A prompt is the line's own tokens. An empty line begins at the start of a text: with bytes
/// behind a newline, else behind the separating token ([SEP]), which stands between documents in
/// training. The separating token ends a text.
class Generate {
 public:
  /// `model` looks back only and is in evaluation mode. Throws Error if the tokenizer does not fit.
  Generate(std::shared_ptr<head::LanguageModelImpl> model, text::Tokenizer tokenizer,
           const GenerateOptions& options = {});

  /// One answer a line. Throws Error naming the line that leaves no room for max_new_tokens in the
  /// model's table of positions, and the one whose logits are no numbers.
  std::vector<Continuation> operator()(const Lines& lines, const OnText& on_text = {}) const;

 private:
  std::int64_t id_of(const std::string& token) const;
  std::int64_t start_id(std::int64_t line) const;
  void require_room(std::int64_t line, std::int64_t tokens) const;
  generate::Prompt prompt_of(const Lines& lines, std::size_t line) const;
  generate::GenerationOptions settings() const;
  std::vector<Continuation> write(const std::vector<generate::Prompt>& prompts,
                                  const OnText& on_text) const;

  GenerateOptions options_;
  std::shared_ptr<head::LanguageModelImpl> model_;
  text::Tokenizer tokenizer_;
};

/// The model and the tokenizer of a checkpoint folder, or of weights in one. Throws Error if it has
/// no causal language model or no tokenizer.
Generate open_generate(const std::filesystem::path& path, GenerateOptions options = {});

}  // namespace roformer::pipeline
