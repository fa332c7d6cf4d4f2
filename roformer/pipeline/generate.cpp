#include "roformer/pipeline/generate.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/checkpoint/load.h"
#include "roformer/generate/generator.h"
#include "roformer/head/causal_language_model.h"
#include "roformer/pipeline/text_stream.h"

namespace roformer::pipeline {
namespace {

head::CausalLanguageModel load_writer(const std::filesystem::path& folder) {
  const auto loaded = checkpoint::load_model<head::CausalLanguageModel>(folder);
  base::require(
      loaded.config.encoder.is_decoder,
      "[pipeline] {}: expected a causal language model (is_decoder in config.json) but got "
      "an encoder, whose tokens look both ways: it cannot write from left to right",
      folder.string());
  base::require(loaded.report.missing.empty(),
                "[pipeline] {}: expected a causal language model but these weights are missing: {}",
                folder.string(), fmt::join(loaded.report.missing, ", "));
  return loaded.module;
}

const char* name_of(generate::Finish finish) {
  switch (finish) {
    case generate::Finish::end_token:
      return "end";
    case generate::Finish::caller:
      return "stop";
    default:
      return "length";
  }
}

}  // namespace

class Generate::Parts {
 public:
  Parts(const std::filesystem::path& folder, const GenerateOptions& options)
      : options_(options),
        model_(load_writer(folder)),
        encoder_(folder, model_->config(), LengthOptions{}) {
    generate::validate(options_.sampling);
    base::require(options_.max_new_tokens >= 1 && options_.lines_at_once >= 1,
                  "[pipeline] expected at least 1 new token and 1 line at once but got {} and {}",
                  options_.max_new_tokens, options_.lines_at_once);
    model_->to(options_.device);
    settings_.sampling = options_.sampling;
    settings_.max_new_tokens = options_.max_new_tokens;
    settings_.num_words = tokenizer().vocabulary_size();
    settings_.first_word = tokenizer().facts().frame.first_id;
    if (const auto end = tokenizer().facts().frame.end) settings_.end_tokens = {*end};
  }

  std::vector<Continuation> write(const Lines& lines, const OnText& on_text) {
    std::vector<generate::Prompt> prompts;
    for (std::size_t line = 0; line < lines.texts.size(); ++line)
      prompts.push_back(prompt_of(lines, line));
    std::vector<Continuation> answers;
    const auto at_once = static_cast<std::size_t>(options_.lines_at_once);
    for (std::size_t begin = 0; begin < prompts.size(); begin += at_once)
      write_batch(prompts, begin, std::min(begin + at_once, prompts.size()), on_text, answers);
    return answers;
  }

 private:
  const text::Tokenizer& tokenizer() const { return encoder_.tokenizer(); }
  std::int64_t id_of(const std::string& token) const {
    const auto id = tokenizer().vocabulary().find(token);
    base::require(id.has_value(),
                  "[pipeline] expected a token of the vocabulary as the first one but got '{}'",
                  token);
    return *id;
  }

  // Where an empty line begins.
  std::int64_t start_id(std::int64_t line) const {
    const auto begin = tokenizer().facts().frame.begin;
    base::require(begin.has_value(),
                  "[pipeline] line {}: expected a prompt but got an empty line, and this tokenizer "
                  "has no separating token to begin a text with",
                  line);
    return *begin;
  }

  generate::Prompt prompt_of(const Lines& lines, std::size_t line) const {
    const std::int64_t number = lines.first + static_cast<std::int64_t>(line);
    std::vector<std::int32_t> words;
    tokenizer().encode_words(lines.texts[line], words);
    generate::Prompt prompt;
    if (!options_.first_token.empty()) prompt.ids.push_back(id_of(options_.first_token));
    prompt.ids.insert(prompt.ids.end(), words.begin(), words.end());
    if (prompt.ids.empty()) prompt.ids.push_back(start_id(number));
    prompt.seed = base::derive(options_.seed, static_cast<std::uint64_t>(number));
    require_room(number, std::ssize(prompt.ids));
    return prompt;
  }

  void require_room(std::int64_t line, std::int64_t tokens) const {
    const auto limit = model_->config().longest_sequence();
    if (!limit) return;
    base::require(
        tokens + options_.max_new_tokens - 1 <= *limit,
        "[pipeline] line {}: expected at most {} tokens, prompt and new ones together, for "
        "the {} positions of the model's table but got {} and --max-new-tokens {}",
        line, *limit + 1, *limit, tokens, options_.max_new_tokens);
  }

  void write_batch(const std::vector<generate::Prompt>& prompts, std::size_t begin, std::size_t end,
                   const OnText& on_text, std::vector<Continuation>& answers) {
    const std::vector<generate::Prompt> batch(prompts.begin() + static_cast<std::ptrdiff_t>(begin),
                                              prompts.begin() + static_cast<std::ptrdiff_t>(end));
    std::vector<TextStream> streams;
    for (const auto& prompt : batch)
      streams.emplace_back(tokenizer(), options_.stops, prompt.ids.back());
    const std::size_t first = answers.size();
    answers.resize(first + batch.size());
    const auto give = [&](std::size_t i, const std::string& piece, bool last) {
      answers[first + i].text += piece;
      if (on_text && (last || !piece.empty())) on_text(begin + i, piece, last);
    };
    generate::Listener listener;
    listener.on_token = [&](std::size_t i, std::int64_t id) {
      give(i, streams[i].add(id), false);
      return !streams[i].stopped();
    };
    listener.on_finish = [&](std::size_t i) { give(i, streams[i].finish(), true); };
    const auto results = generate::generate(*model_, batch, settings_, listener, options_.device);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      Continuation& answer = answers[first + i];
      answer.ids = results[i].ids;
      answer.finish = name_of(results[i].finish);
      for (const std::int64_t id : answer.ids)
        answer.tokens.push_back(tokenizer().id_to_token(static_cast<std::int32_t>(id)));
    }
  }

  GenerateOptions options_;
  head::CausalLanguageModel model_;
  TextEncoder encoder_;
  generate::GenerationOptions settings_;
};

Generate::Generate(const std::filesystem::path& folder, const GenerateOptions& options)
    : parts_(std::make_unique<Parts>(folder, options)) {}
Generate::Generate(Generate&&) noexcept = default;
Generate& Generate::operator=(Generate&&) noexcept = default;
Generate::~Generate() = default;

std::vector<Continuation> Generate::operator()(const Lines& lines, const OnText& on_text) {
  return parts_->write(lines, on_text);
}

}  // namespace roformer::pipeline
