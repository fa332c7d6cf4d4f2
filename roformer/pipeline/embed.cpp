#include "roformer/pipeline/embed.h"
#include "roformer/pipeline/settle.h"

#include <spdlog/spdlog.h>
#include <torch/autograd.h>

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/base/hash.h"
#include "roformer/base/version.h"
#include "roformer/checkpoint/load.h"
#include "roformer/model/pooler.h"
#include "roformer/pipeline/embed_fingerprint.h"
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

// A vector's numbers before some of them are taken. Throws Error where a step does not fit.
std::int64_t width_of(const EmbedOptions& options, const model::EncoderConfig& config) {
  const std::int64_t parts = std::max<std::int64_t>(1, std::ssize(options.poolings));
  torch::Tensor vector = torch::zeros({1, parts * config.hidden_size});
  for (const VectorStep& step : options.steps) vector = step(vector);
  return vector.size(1);
}

// The first token of a decoder sees itself alone: its vector is the same for all lines.
void require_seen(const EmbedOptions& options, const model::EncoderConfig& config) {
  const bool reads_first =
      has(options.poolings, Pooling::cls) || has(options.poolings, Pooling::pooler);
  base::require(
      !config.is_decoder || !reads_first || options.two_sided,
      "[pipeline] {}: expected another pooling than cls and pooler of a decoder "
      "(is_decoder), whose [CLS] sees itself alone; --two-sided lets all tokens of a line "
      "see each other, as those of RoFormer-Sim do",
      options.name);
  base::require(!config.is_decoder || !options.two_sided || config.attention != "linear",
                "[pipeline] {}: expected softmax attention for a decoder that is to look both ways "
                "but got linear",
                options.name);
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
  count_prompt();
  require_seen(options_, model_->config());
  const std::int64_t width = width_of(options_, model_->config());
  base::require(options_.dimensions.value_or(0) <= width,
                "[pipeline] {}: expected at most {} dimensions, a vector's width, but got {}",
                options.name, width, options_.dimensions.value_or(0));
  options_.compute_type = settle(*model_, options);  // a part of the fingerprint
}

void Embed::set_prompt(const std::string& prompt) {
  options_.prompt = prompt;
  count_prompt();
}

void Embed::count_prompt() {
  skipped_ = 0;
  if (options_.include_prompt || options_.prompt.value_or("").empty()) return;
  base::require(!options_.length.stride,
                "[pipeline] {}: expected no windows where a prompt is not pooled, which stands in "
                "the first alone",
                options_.name);
  skipped_ = prompt_tokens();
}

// Of a prompt alone, without the special token behind it.
std::int64_t Embed::prompt_tokens() const {
  const std::vector<std::string> prompt{*options_.prompt};
  const Piece piece = encoder_.encode({prompt, 1}).front();
  const bool ends = !piece.ids.empty() && encoder_.tokenizer().is_special(piece.ids.back());
  return std::ssize(piece.ids) - (ends ? 1 : 0);
}

torch::Tensor Embed::pool_all(const packed::PackedBatch& batch) {
  model::ForwardOptions forward;
  if (options_.two_sided && model_->config().is_decoder)
    forward.prefix_lengths = batch.cu_seqlens.diff().to(torch::kInt64);
  return pooled_states(model_, batch, options_.poolings, skipped_, forward);
}

torch::Tensor Embed::finish(torch::Tensor vectors) const {
  for (const VectorStep& step : options_.steps) vectors = step(vectors);
  if (const std::int64_t count = options_.dimensions.value_or(0); count > 0)
    vectors = vectors.slice(1, 0, count);
  return (options_.normalize.value_or(false) ? scale_to_length_one(vectors) : vectors).contiguous();
}

std::uint64_t Embed::fingerprint() const {
  const std::uint64_t parts[] = {fingerprint_of(*model_), fingerprint_of(model_->config()),
                                 encoder_.tokenizer().fingerprint(), fingerprint_of(options_),
                                 static_cast<std::uint64_t>(encoder_.max_length())};
  return base::hash_values(std::span<const std::uint64_t>(parts), base::hash_bytes(base::kVersion));
}

torch::Tensor Embed::operator()(const Lines& lines) {
  std::vector<std::string> prompted;
  for (const std::string& text : lines.texts)
    prompted.push_back(options_.prompt.value_or("") + text);
  const std::vector<Piece> pieces = encoder_.encode({prompted, lines.first, lines.numbers});
  for (const Piece& piece : pieces) {
    if (piece.is_cut && cut_lines_++ == 0) first_cut_line_ = lines.number(piece.line);
  }
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
  options.similarity = own.similarity;
  const std::string& name = options.prompt_name.empty() ? own.default_prompt : options.prompt_name;
  if (!options.prompt && !name.empty()) options.prompt = own.prompt(name);
}

// sentence-transformers cuts what is longer than the folder says, or its tokenizer, or the model.
void apply_length(const SentenceSettings& own, const model::EncoderConfig& config,
                  const text::Tokenizer& tokenizer, LengthOptions& length) {
  if (own.is_unlimited && length.max_length == 0) return;
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

namespace {

// Here a line's vector is its own, whichever lines are computed beside it. Elsewhere padding is
// looked at where no mask hides it, and moves a BERT's positions where it stands before the text.
void require_padding_unseen(const text::Tokenizer& tokenizer, const model::EncoderConfig& config,
                            const std::string& name) {
  const text::RowSettings& row = tokenizer.facts().row;
  base::require(row.masks_padding,
                "[pipeline] {}: expected attention_mask among model_input_names of "
                "tokenizer_config.json: without it a line's vector hangs on the lines beside it",
                name);
  if (row.pads_left && config.model_type == "bert")
    spdlog::warn(
        "{}: padding_side \"left\" of tokenizer_config.json moves positions elsewhere, so that a "
        "line's vector hangs on the lines beside it; here it is that of the line alone",
        name);
}

}  // namespace

Embed open_embed(const checkpoint::Folder& folder, EmbedOptions options, model::Encoder encoder) {
  const auto own = read_sentence_folder(folder.path(), options.poolings);
  const bool asked = options.dimensions.has_value();
  // Names that sentence-transformers knows without any file are none's prompts here either.
  if (own) apply_own(*own, options);
  if (!own && !options.prompt_name.empty()) SentenceSettings().prompt(options.prompt_name);
  if (encoder.is_empty())
    encoder = has(options.poolings, Pooling::pooler)
                  ? load_pooled(folder)
                  : checkpoint::load_model<model::Encoder>(folder).module;
  options.source_fingerprint = [path = folder.path(), settings = own ? *own : SentenceSettings()] {
    return fingerprint_of(checkpoint::Folder(path), settings);
  };
  if (!asked && options.dimensions.value_or(0) > width_of(options, encoder->config()))
    options.dimensions = 0;  // as sentence-transformers takes a truncate_dim beyond the width
  text::Tokenizer tokenizer = text::Tokenizer::load(folder.path());
  require_padding_unseen(tokenizer, encoder->config(), options.name);
  if (own) {
    if (own->lower_case && !tokenizer.facts().lower_cases) tokenizer = tokenizer.lower_cased();
    apply_length(*own, encoder->config(), tokenizer, options.length);
  }
  return {std::move(encoder), std::move(tokenizer), options};
}

Embed open_embed(const std::filesystem::path& path, EmbedOptions options) {
  options.name = path.string();
  return open_embed(checkpoint::Folder(path), std::move(options), nullptr);
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
  require_padding_unseen(tokenizer, config, options.name);
  width_of(options, config);
}

}  // namespace roformer::pipeline
