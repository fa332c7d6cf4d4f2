#include "roformer/pipeline/embed.h"

#include <torch/autograd.h>

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/checkpoint/load.h"
#include "roformer/model/pooler.h"
#include "roformer/pipeline/finite_answers.h"
#include "roformer/pipeline/pooling.h"

namespace roformer::pipeline {
namespace {

// Each piece's part of its line's tokens; 1 where a line is one piece.
std::vector<float> shares_of_lines(const std::vector<Piece>& pieces, std::size_t lines) {
  std::vector<std::size_t> totals(lines, 0);
  for (const Piece& piece : pieces) totals[piece.line] += piece.ids.size();
  std::vector<float> shares;
  for (const Piece& piece : pieces) {
    shares.push_back(static_cast<float>(piece.ids.size()) / static_cast<float>(totals[piece.line]));
  }
  return shares;
}

bool has(const std::vector<Pooling>& poolings, Pooling one) {
  return std::find(poolings.begin(), poolings.end(), one) != poolings.end();
}

model::Encoder load_pooled(const checkpoint::Folder& folder) {
  const auto loaded = checkpoint::load_model<model::PooledEncoder>(folder);
  for (const std::string& name : loaded.report.missing)
    base::require(name.find("pooler") == name.npos,
                  "[pipeline] {}: expected a pooler (pooler.dense) but there is none",
                  folder.path().string());
  return model::Encoder(std::shared_ptr<model::EncoderImpl>(loaded.module.ptr()));
}

}  // namespace

Embed::Embed(model::Encoder model, text::Tokenizer tokenizer, const EmbedOptions& options)
    : options_(options),
      model_(std::move(model)),
      encoder_(std::move(tokenizer), model_->config(), options.length, options.name) {
  if (options_.poolings.empty()) options_.poolings = {Pooling::mean};
  base::require(
      !has(options_.poolings, Pooling::pooler) || model_->as<model::PooledEncoder>() != nullptr,
      "[pipeline] {}: expected an encoder with a pooler but got one without", options.name);
  if (!options_.include_prompt && !options_.prompt.value_or("").empty()) {
    base::require(!options.length.stride,
                  "[pipeline] {}: expected no windows where a prompt is not "
                  "pooled, which stands in the first alone",
                  options.name);
    skipped_ = prompt_tokens();
  }
  model_->to(options.device);
}

// Of a prompt alone, without the special token behind it.
std::int64_t Embed::prompt_tokens() const {
  const std::vector<std::string> prompt{*options_.prompt};
  const Piece piece = encoder_.encode({prompt, 1}).front();
  const bool ends = !piece.ids.empty() && encoder_.tokenizer().is_special(piece.ids.back());
  return std::ssize(piece.ids) - (ends ? 1 : 0);
}

torch::Tensor Embed::pool_all(const packed::PackedBatch& batch) {
  const auto needs_all = [&](Pooling pooling) {
    return pooling != Pooling::pooler && (pooling != Pooling::cls || skipped_ > 0);
  };
  const bool all = std::any_of(options_.poolings.begin(), options_.poolings.end(), needs_all);
  model::ForwardOptions forward;
  const torch::Tensor first = model::first_tokens(batch);
  if (!all) forward.rows = first;
  const torch::Tensor hidden = model_->forward(batch, forward);
  std::vector<torch::Tensor> parts;
  for (const Pooling pooling : options_.poolings) {
    const torch::Tensor of_first = all ? hidden.index_select(0, first) : hidden;
    if (pooling == Pooling::pooler)
      parts.push_back(model_->as<model::PooledEncoder>()->pool(of_first));
    else
      parts.push_back(all ? pool(hidden, batch, pooling, skipped_) : hidden);
  }
  return parts.size() == 1 ? parts[0] : torch::cat(parts, 1);
}

torch::Tensor Embed::finish(torch::Tensor vectors) const {
  for (const VectorStep& step : options_.steps) vectors = step(vectors);
  if (const std::int64_t count = options_.dimensions.value_or(0); count > 0)
    vectors = vectors.slice(1, 0, count);
  return (options_.normalize.value_or(false) ? scale_to_length_one(vectors) : vectors).contiguous();
}

torch::Tensor Embed::operator()(const Lines& lines) {
  std::vector<std::string> prompted;
  for (const std::string& text : lines.texts)
    prompted.push_back(options_.prompt.value_or("") + text);
  const std::vector<Piece> pieces = encoder_.encode({prompted, lines.first});
  for (const Piece& piece : pieces) cut_lines_ += piece.is_cut ? 1 : 0;
  const std::vector<float> shares = shares_of_lines(pieces, lines.texts.size());
  torch::Tensor sums = torch::zeros(
      {std::ssize(lines.texts), model_->config().hidden_size * std::ssize(options_.poolings)});
  compute_batches(pieces, options_, [&](const TextBatch& batch) {
    const torch::Tensor pooled = pool_all(batch.tokens).cpu();
    std::vector<std::int64_t> rows;
    std::vector<float> weights;
    for (const std::size_t piece : batch.pieces) {
      rows.push_back(static_cast<std::int64_t>(pieces[piece].line));
      weights.push_back(shares[piece]);
    }
    sums.index_add_(0, torch::tensor(rows), pooled * torch::tensor(weights).unsqueeze(1));
  });
  const torch::Tensor vectors = finish(sums);
  const auto width = static_cast<std::size_t>(vectors.size(1));
  for (std::size_t line = 0; line < lines.texts.size(); ++line)
    require_finite({vectors.const_data_ptr<float>() + line * width, width}, "vectors",
                   lines.number(line), options_.name);
  return vectors;
}

namespace {

// What the folder's own files say, where nothing was chosen.
void apply_own(const SentenceSettings& own, EmbedOptions& options) {
  options.poolings = own.poolings;
  options.include_prompt = options.include_prompt && own.include_prompt;
  for (const SentenceStep& step : own.steps) {
    const bool scales = step.kind == SentenceStep::Kind::normalize;
    if (!scales || options.normalize.value_or(true)) options.steps.push_back(make_step(step));
  }
  if (!options.dimensions) options.dimensions = own.dimensions;
  const std::string& name = options.prompt_name.empty() ? own.default_prompt : options.prompt_name;
  if (!options.prompt && !name.empty()) options.prompt = own.prompt(name);
}

// sentence-transformers cuts what is longer than the folder says, or its tokenizer, or the model.
void apply_length(const SentenceSettings& own, const model::EncoderConfig& config,
                  const text::Tokenizer& tokenizer, LengthOptions& length) {
  length.truncate = length.truncate || !length.stride;
  if (length.max_length != 0) return;
  const std::int64_t positions = config.max_position_embeddings;
  const std::int64_t of_tokenizer = tokenizer.facts().longest;
  length.max_length = own.max_length != 0 ? own.max_length
                      : of_tokenizer != 0 ? std::min(of_tokenizer, positions)
                                          : positions;
  if (const auto most = config.longest_sequence())
    length.max_length = std::min(length.max_length, *most);
}

}  // namespace

Embed open_embed(const std::filesystem::path& path, EmbedOptions options) {
  options.name = path.string();
  const checkpoint::Folder folder(path);
  const auto own = read_sentence_folder(folder.path(), options.poolings);
  base::require(own || options.prompt_name.empty(),
                "[pipeline] {}: expected modules.json beside a prompt's name but there is none",
                options.name);
  if (own) apply_own(*own, options);
  model::Encoder encoder = has(options.poolings, Pooling::pooler)
                               ? load_pooled(folder)
                               : checkpoint::load_model<model::Encoder>(folder).module;
  text::Tokenizer tokenizer = text::Tokenizer::load(folder.path());
  if (own) {
    if (own->lower_case && !tokenizer.facts().lower_cases) tokenizer = tokenizer.lower_cased();
    apply_length(*own, encoder->config(), tokenizer, options.length);
  }
  return {std::move(encoder), std::move(tokenizer), options};
}

void require_own_settings(const checkpoint::Folder& folder, const model::EncoderConfig& config,
                          const text::Tokenizer& tokenizer) {
  EmbedOptions options{};
  options.name = folder.path().string();
  const auto own = read_sentence_folder(folder.path());
  if (own) {
    apply_own(*own, options);
    apply_length(*own, config, tokenizer, options.length);
  }
  const TextEncoder encoder(tokenizer, config, options.length, options.name);
  const std::int64_t parts = std::max<std::int64_t>(1, std::ssize(options.poolings));
  torch::Tensor vector = torch::zeros({1, parts * config.hidden_size});
  for (const VectorStep& step : options.steps) vector = step(vector);
}

}  // namespace roformer::pipeline
