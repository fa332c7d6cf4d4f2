#include "roformer/pipeline/translate.h"

#include <torch/torch.h>

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/checkpoint/translation_folder.h"
#include "roformer/generate/alignment.h"
#include "roformer/generate/beam_search.h"
#include "roformer/model/packed_weights.h"
#include "roformer/text/subword_tokenizer.h"

namespace roformer::pipeline {
namespace {

using Ids = std::vector<std::int64_t>;
using Folders = std::vector<std::filesystem::path>;

model::EncoderDecoder load_translator(const std::filesystem::path& folder, c10::Device device) {
  base::require(checkpoint::is_translation_folder(folder),
                "[pipeline] {}: expected an encoder-decoder but got a model that has no decoder "
                "beside an encoder: `roformer generate` continues text with a causal language "
                "model, `roformer fill-mask` and `roformer embed` take encoders",
                folder.string());
  auto module = checkpoint::load_translation_model(folder).module;
  module->to(device);
  module->eval();
  return module;
}

std::vector<model::EncoderDecoder> load_translators(const Folders& folders, c10::Device device) {
  base::require(!folders.empty(),
                "[pipeline] expected the folder of a translation model but got none");
  std::vector<model::EncoderDecoder> models;
  for (const auto& folder : folders) models.push_back(load_translator(folder, device));
  return models;
}

// All models must mean the same by an id.
text::SubwordTokenizer load_shared_tokenizer(const Folders& folders) {
  const auto tokenizer = text::SubwordTokenizer::load(folders.front());
  for (const auto& folder : folders) {
    base::require(text::SubwordTokenizer::load(folder).fingerprint() == tokenizer.fingerprint(),
                  "[pipeline] {}: expected the vocabulary and the merges of {} but they differ: "
                  "models that translate together must share their tokenizer",
                  folder.string(), folders.front().string());
  }
  return tokenizer;
}

void require_fit(const text::SubwordTokenizer& tokenizer, const model::EncoderDecoderConfig& config,
                 const std::filesystem::path& folder) {
  base::require(tokenizer.vocabulary_size() <= config.encoder.vocab_size,
                "[pipeline] {}: expected a tokenizer of at most {} tokens (vocab_size) but got {}",
                folder.string(), config.encoder.vocab_size, tokenizer.vocabulary_size());
  base::require(tokenizer.end_id() == config.eos_token_id,
                "[pipeline] {}: expected the tokenizer's end token to be eos_token_id, {}, but got "
                "{}",
                folder.string(), config.eos_token_id, tokenizer.end_id());
}

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
  Parts(const Folders& folders, const TranslateOptions& options)
      : options_(options),
        models_(load_translators(folders, options.device)),
        tokenizer_(load_shared_tokenizer(folders)) {
    generate::validate(options_.search);
    base::require(options_.max_source_length >= 1,
                  "[pipeline] expected max_source_length of 1 or more but got {}",
                  options_.max_source_length);
    for (std::size_t m = 0; m < models_.size(); ++m)
      require_fit(tokenizer_, models_[m]->config(), folders[m]);
    // Rows of the table that no token has.
    const std::int64_t vocab_size = models_.front()->config().encoder.vocab_size;
    for (std::int64_t id = tokenizer_.vocabulary_size(); id < vocab_size; ++id)
      options_.search.suppressed.push_back(id);
    for (const auto& model : models_) {
      weights_.add(*model);
      const model::EncoderConfig& side = model->config().encoder;
      if (position::has_position_table(side.encoding.name))
        longest_ = std::min(longest_, side.max_position_embeddings);
    }
  }

  std::vector<Translation> translate(const Lines& lines, std::span<const std::string> prefixes) {
    std::vector<Ids> sources, begins;
    std::vector<std::size_t> places;  // lines of the sources
    std::vector<Translation> answers(lines.texts.size());
    for (std::size_t line = 0; line < lines.texts.size(); ++line) {
      Ids ids = source_of(lines, line);
      answers[line].hypotheses.emplace_back();
      if (ids.empty()) continue;
      answers[line].source_tokens = tokens_of(ids);
      sources.push_back(std::move(ids));
      places.push_back(line);
      if (!prefixes.empty())
        begins.push_back(prefix_of(lines, line, prefixes[line], std::ssize(sources.back())));
    }
    const model::PackedWeightsGuard packed(weights_);
    const auto found = generate::beam_search(models_, sources, options_.search, begins,
                                             {options_.device, generate::Decoding::cached});
    for (std::size_t i = 0; i < found.size(); ++i) {
      auto& hypotheses = answers[places[i]].hypotheses;
      hypotheses.clear();
      for (const generate::Hypothesis& one : found[i]) hypotheses.push_back(text_of(one));
    }
    if (options_.want_attention) add_attention(sources, found, places, answers);
    return answers;
  }

 private:
  std::vector<std::string> tokens_of(const Ids& ids) const {
    std::vector<std::string> tokens;
    for (const std::int64_t id : ids) tokens.push_back(tokenizer_.id_to_token(id));
    return tokens;
  }

  // With the end token; empty if the line has no tokens.
  Ids source_of(const Lines& lines, std::size_t line) const {
    Ids ids;
    tokenizer_.encode_source(lines.texts[line], ids);
    if (ids.empty()) return ids;
    ids.push_back(tokenizer_.end_id());
    const std::int64_t number = lines.first + static_cast<std::int64_t>(line);
    base::require(
        std::ssize(ids) <= longest_,
        "[pipeline] line {}: expected at most {} tokens, the end token with them, for the "
        "model's table of positions but got {}: split the line into sentences",
        number, longest_, ids.size());
    base::require(
        std::ssize(ids) <= options_.max_source_length,
        "[pipeline] line {}: expected at most {} tokens, the end token with them, but got "
        "{}: split the line into sentences or raise --max-source-length",
        number, options_.max_source_length, ids.size());
    return ids;
  }

  Ids prefix_of(const Lines& lines, std::size_t line, const std::string& prefix,
                std::int64_t source_tokens) const {
    Ids ids;
    tokenizer_.encode_target(prefix, ids);
    const std::int64_t most = generate::max_length_of(options_.search, source_tokens - 1);
    base::require(std::ssize(ids) <= most,
                  "[pipeline] line {}: expected a prefix of at most {} tokens, the most of its "
                  "translation, but got {}: shorten it or raise --max-length-extra",
                  lines.first + static_cast<std::int64_t>(line), most, ids.size());
    return ids;
  }

  TranslatedText text_of(const generate::Hypothesis& hypothesis) const {
    return {tokenizer_.decode(hypothesis.ids), tokens_of(hypothesis.ids), hypothesis.score,
            hypothesis.log_probability};
  }

  void add_attention(const std::vector<Ids>& sources,
                     const std::vector<generate::Translations>& found,
                     const std::vector<std::size_t>& places,
                     std::vector<Translation>& answers) const {
    std::vector<Ids> targets;
    for (const auto& hypotheses : found) targets.push_back(hypotheses.front().ids);
    const auto weights = generate::align(models_.front(), sources, targets, options_.device);
    for (std::size_t i = 0; i < weights.size(); ++i)
      answers[places[i]].attention = rows_of(weights[i]);
  }

  TranslateOptions options_;
  std::vector<model::EncoderDecoder> models_;
  model::PackedWeights weights_;
  text::SubwordTokenizer tokenizer_;
  std::int64_t longest_ = std::numeric_limits<std::int64_t>::max();
};

Translate::Translate(const Folders& folders, const TranslateOptions& options)
    : parts_(std::make_unique<Parts>(folders, options)) {}
Translate::Translate(Translate&&) noexcept = default;
Translate& Translate::operator=(Translate&&) noexcept = default;
Translate::~Translate() = default;

std::vector<Translation> Translate::operator()(const Lines& lines,
                                               std::span<const std::string> prefixes) {
  base::require(prefixes.empty() || prefixes.size() == lines.texts.size(),
                "[pipeline] expected one prefix for each of {} lines but got {}",
                lines.texts.size(), prefixes.size());
  return parts_->translate(lines, prefixes);
}

}  // namespace roformer::pipeline
