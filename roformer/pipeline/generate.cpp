#include "roformer/pipeline/generate.h"
#include "roformer/pipeline/settle.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/checkpoint/load.h"
#include "roformer/generate/generator.h"
#include "roformer/head/language_model.h"
#include "roformer/pipeline/text_pieces.h"
#include "roformer/pipeline/text_stream.h"

namespace roformer::pipeline {
namespace {

std::shared_ptr<head::LanguageModelImpl> load_writer(const checkpoint::Folder& folder) {
  base::require(
      folder.config().encoder.is_decoder,
      "[pipeline] {}: expected a causal language model (is_decoder in config.json) but got "
      "an encoder, whose tokens look both ways: it cannot write from left to right",
      folder.path().string());
  const auto loaded = checkpoint::load_model<head::LanguageModel>(folder);
  base::require(loaded.report.missing.empty(),
                "[pipeline] {}: expected a causal language model but these weights are missing: {}",
                folder.path().string(), fmt::join(loaded.report.missing, ", "));
  return loaded.module.ptr();
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

Generate::Generate(std::shared_ptr<head::LanguageModelImpl> model, text::Tokenizer tokenizer,
                   const GenerateOptions& options)
    : options_(options), model_(std::move(model)), tokenizer_(std::move(tokenizer)) {
  generate::validate(options_.sampling);
  base::require(options_.max_new_tokens >= 1 && options_.lines_at_once >= 1,
                "[pipeline] expected at least 1 new token and 1 line at once but got {} and {}",
                options_.max_new_tokens, options_.lines_at_once);
  require_fit(tokenizer_.vocabulary_size(), model_->config().vocab_size, options_.name);
  settle_for_decoding(*model_, options_);
}

generate::GenerationOptions Generate::settings() const {
  generate::GenerationOptions settings;
  settings.sampling = options_.sampling;
  settings.max_new_tokens = options_.max_new_tokens;
  settings.num_words = tokenizer_.vocabulary_size();
  settings.first_word = tokenizer_.facts().frame.first_id;
  settings.at_once = options_.lines_at_once;
  if (const auto end = tokenizer_.facts().frame.end) settings.end_tokens = {*end};
  return settings;
}

std::int64_t Generate::id_of(const std::string& token) const {
  const auto id = tokenizer_.vocabulary().find(token);
  base::require(id.has_value(),
                "[pipeline] expected a token of the vocabulary as the first one but got '{}'",
                token);
  return *id;
}

// Where an empty line begins.
std::int64_t Generate::start_id(std::int64_t line) const {
  const auto begin = tokenizer_.facts().frame.begin;
  require_of_line(begin.has_value(),
                  "[pipeline] line {}: expected a prompt but got an empty line, and this tokenizer "
                  "has no separating token to begin a text with",
                  line);
  return *begin;
}

void Generate::require_room(std::int64_t line, std::int64_t tokens) const {
  const auto limit = model_->config().longest_sequence();
  if (!limit) return;
  require_of_line(
      tokens + options_.max_new_tokens - 1 <= *limit,
      "[pipeline] line {}: expected at most {} tokens, prompt and new ones together, for "
      "the {} positions of the model's table but got {} and --max-new-tokens {}",
      line, *limit + 1, *limit, tokens, options_.max_new_tokens);
}

generate::Prompt Generate::prompt_of(const Lines& lines, std::size_t line) const {
  std::vector<std::int32_t> words;
  tokenizer_.encode_words(lines.texts[line], words);
  generate::Prompt prompt;
  prompt.line = lines.number(line);
  prompt.seed = base::derive(options_.seed, static_cast<std::uint64_t>(prompt.line));
  if (!options_.first_token.empty()) prompt.ids.push_back(id_of(options_.first_token));
  prompt.ids.insert(prompt.ids.end(), words.begin(), words.end());
  if (prompt.ids.empty()) prompt.ids.push_back(start_id(prompt.line));
  require_room(prompt.line, std::ssize(prompt.ids));
  return prompt;
}

std::vector<Continuation> Generate::write(const std::vector<generate::Prompt>& prompts,
                                          const OnText& on_text) const {
  std::vector<Continuation> answers(prompts.size());
  std::vector<TextStream> streams;
  for (const auto& prompt : prompts)
    streams.emplace_back(tokenizer_, options_.stops, prompt.ids.back());
  const auto give = [&](std::size_t i, const std::string& piece, bool last) {
    answers[i].text += piece;
    if (last || !piece.empty()) on_text(i, piece, last);
  };
  generate::Listener listener;
  listener.on_token = [&](std::size_t i, std::int64_t id) {
    give(i, streams[i].add(id), false);
    return !streams[i].stopped();
  };
  listener.on_finish = [&](std::size_t i) { give(i, streams[i].finish(), true); };
  auto results = generate::generate(*model_, prompts, settings(), listener, options_.device);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    answers[i].ids = std::move(results[i].ids);
    answers[i].finish = name_of(results[i].finish);
    for (const std::int64_t id : answers[i].ids)
      answers[i].tokens.push_back(tokenizer_.id_to_token(static_cast<std::int32_t>(id)));
  }
  return answers;
}

std::vector<Continuation> Generate::operator()(const Lines& lines, const OnText& on_text) const {
  std::vector<generate::Prompt> prompts;
  for (std::size_t line = 0; line < lines.texts.size(); ++line)
    prompts.push_back(prompt_of(lines, line));
  return write(
      prompts, on_text ? on_text : [](std::size_t, std::string_view, bool) {});
}

Generate open_generate(const std::filesystem::path& path, GenerateOptions options) {
  options.name = path.string();
  const checkpoint::Folder folder(path);
  return {load_writer(folder), text::Tokenizer::load(folder.path()), options};
}

}  // namespace roformer::pipeline
