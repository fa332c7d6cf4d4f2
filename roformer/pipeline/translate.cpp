#include "roformer/pipeline/translate.h"
#include "roformer/pipeline/settle.h"

#include <torch/types.h>

#include <algorithm>
#include <optional>

#include "roformer/base/error.h"
#include "roformer/generate/alignment.h"
#include "roformer/generate/beam_search.h"
#include "roformer/pipeline/finite_answers.h"
#include "roformer/pipeline/text_pieces.h"

namespace roformer::pipeline {
namespace {

using Ids = std::vector<std::int64_t>;
using Models = std::vector<std::shared_ptr<model::EncoderDecoderImpl>>;

std::vector<std::vector<float>> rows_of(const torch::Tensor& weights) {
  std::vector<std::vector<float>> rows;
  const torch::Tensor dense = weights.contiguous();
  const auto* data = dense.const_data_ptr<float>();
  for (std::int64_t t = 0; t < dense.size(0); ++t, data += dense.size(1))
    rows.emplace_back(data, data + dense.size(1));
  return rows;
}

}  // namespace

std::vector<std::int64_t> strongest(const std::vector<std::vector<float>>& attention) {
  std::vector<std::int64_t> places;
  for (const auto& row : attention)
    places.push_back(std::max_element(row.begin(), row.end()) - row.begin());
  return places;
}

class Translate::Parts {
 public:
  Parts(const Models& models, text::Tokenizer tokenizer, const TranslateOptions& options)
      : options_(options), models_(models.begin(), models.end()), tokenizer_(std::move(tokenizer)) {
    base::require(!models.empty(), "[pipeline] expected a model to translate with but got none");
    generate::validate(options_.search);
    base::require(options_.max_source_length >= 1,
                  "[pipeline] expected max_source_length of 1 or more but got {}",
                  options_.max_source_length);
    // Rows of the table that no token has.
    const std::int64_t vocab_size = models_.front()->config().encoder.vocab_size;
    for (std::int64_t id = tokenizer_.vocabulary_size(); id < vocab_size; ++id)
      options_.search.suppressed.push_back(id);
    base::require(tokenizer_.facts().has_sides,
                  "[pipeline] {}: expected a translation model's tokenizer but got one of {}",
                  options.name, tokenizer_.facts().kind);
    for (auto& model : models_) {
      require_fit(tokenizer_.vocabulary_size(), model->config().encoder.vocab_size, options.name);
      base::require(tokenizer_.end_id() == model->config().eos_token_id,
                    "[pipeline] {}: expected the tokenizer's end token to be eos_token_id, {}, but "
                    "got {}",
                    options.name, model->config().eos_token_id, tokenizer_.end_id());
      settle_for_decoding(*model, options);
      const model::EncoderConfig& side = model->config().encoder;
      longest_ = std::min(longest_, side.longest_sequence().value_or(longest_));
    }
    if (!options.shortlist.empty())
      shortlist_.emplace(
          options.shortlist, tokenizer_.vocabulary(),
          generate::ShortlistOptions{options.shortlist_first, options.shortlist_best});
  }

  std::vector<Translation> translate(const Lines& lines,
                                     std::span<const std::string> prefixes) const {
    std::vector<Translation> answers(lines.texts.size());
    for (Translation& answer : answers) answer.hypotheses.emplace_back();
    const Asked asked = ask(lines, prefixes, answers);
    const auto found = generate::beam_search(models_, asked.sources, options_.search, asked.begins,
                                             {options_.device, generate::Decoding::cached,
                                              asked.numbers, shortlist_ ? &*shortlist_ : nullptr});
    for (std::size_t i = 0; i < found.size(); ++i) {
      auto& hypotheses = answers[asked.places[i]].hypotheses;
      hypotheses.clear();
      for (const generate::Hypothesis& one : found[i]) {
        require_finite(one.score, "scores", asked.numbers[i], options_.name);
        hypotheses.push_back(text_of(one));
      }
    }
    if (options_.want_attention) add_attention(asked, found, answers);
    return answers;
  }

 private:
  // The lines that have tokens.
  struct Asked {
    std::vector<Ids> sources, begins;
    std::vector<std::size_t> places;  // of each in Lines::texts
    Ids numbers;                      // of each in the input
  };

  Asked ask(const Lines& lines, std::span<const std::string> prefixes,
            std::vector<Translation>& answers) const {
    Asked asked;
    for (std::size_t line = 0; line < lines.texts.size(); ++line) {
      const std::int64_t number = lines.number(line);
      Ids ids = source_of(lines.texts[line], number);
      if (ids.empty()) continue;
      answers[line].source_tokens = tokens_of(ids);
      asked.sources.push_back(std::move(ids));
      asked.places.push_back(line);
      asked.numbers.push_back(number);
      if (prefixes.empty()) continue;
      asked.begins.push_back(ids_of(prefixes[line], text::Side::target));
    }
    return asked;
  }

  std::vector<std::string> tokens_of(const Ids& ids) const {
    std::vector<std::string> tokens;
    for (const std::int32_t id : text::token_ids(ids)) tokens.push_back(tokenizer_.id_to_token(id));
    return tokens;
  }

  Ids ids_of(const std::string& text, text::Side side) const {
    std::vector<std::int32_t> ids;
    tokenizer_.encode_words(text, ids, side);
    return {ids.begin(), ids.end()};
  }

  // With the end token; empty if the line has no tokens.
  Ids source_of(const std::string& text, std::int64_t number) const {
    Ids ids = ids_of(text, text::Side::source);
    if (ids.empty()) return ids;
    ids.push_back(tokenizer_.end_id());
    require_of_line(
        std::ssize(ids) <= longest_,
        "[pipeline] line {}: expected at most {} tokens, the end token with them, for the "
        "model's table of positions but got {}: split the line into sentences",
        number, longest_, ids.size());
    require_of_line(
        std::ssize(ids) <= options_.max_source_length,
        "[pipeline] line {}: expected at most {} tokens, the end token with them, but got "
        "{}: split the line into sentences or raise --max-source-length",
        number, options_.max_source_length, ids.size());
    return ids;
  }

  TranslatedText text_of(const generate::Hypothesis& hypothesis) const {
    return {tokenizer_.decode(text::token_ids(hypothesis.ids)), tokens_of(hypothesis.ids),
            hypothesis.score, hypothesis.log_probability};
  }

  void add_attention(const Asked& asked, const std::vector<generate::Translations>& found,
                     std::vector<Translation>& answers) const {
    std::vector<Ids> targets;
    for (const auto& hypotheses : found) targets.push_back(hypotheses.front().ids);
    const auto weights = generate::align(models_.front(), asked.sources, targets, options_.device);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      auto& attention = answers[asked.places[i]].attention = rows_of(weights[i]);
      for (const auto& row : attention)
        require_finite(row, "weights of attention", asked.numbers[i], options_.name);
    }
  }

  TranslateOptions options_;
  std::vector<model::EncoderDecoder> models_;
  text::Tokenizer tokenizer_;
  std::optional<generate::Shortlist> shortlist_;
  std::int64_t longest_ = std::numeric_limits<std::int64_t>::max();
};

Translate::Translate(const Models& models, text::Tokenizer tokenizer,
                     const TranslateOptions& options)
    : parts_(std::make_shared<const Parts>(models, std::move(tokenizer), options)) {}

std::vector<Translation> Translate::operator()(const Lines& lines,
                                               std::span<const std::string> prefixes) const {
  base::require(prefixes.empty() || prefixes.size() == lines.texts.size(),
                "[pipeline] expected one prefix for each of {} lines but got {}",
                lines.texts.size(), prefixes.size());
  return parts_->translate(lines, prefixes);
}

}  // namespace roformer::pipeline
