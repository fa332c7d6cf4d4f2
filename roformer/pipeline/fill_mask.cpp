#include "roformer/pipeline/fill_mask.h"

#include <fmt/ranges.h>
#include <torch/autograd.h>

#include <algorithm>
#include <map>
#include <utility>

#include "roformer/base/error.h"
#include "roformer/checkpoint/load.h"
#include "roformer/data/batch_budget.h"
#include "roformer/head/masked_language_model.h"
#include "roformer/packed/packed_batch.h"

namespace roformer::pipeline {
namespace {

// Logits over a vocabulary of 30,000 take 120 KB a mask: this many at a time stay within some ten
// megabytes.
constexpr std::int64_t kMasksAtOnce = 128;

head::MaskedLanguageModel load_with_head(const std::filesystem::path& folder,
                                         torch::Device device) {
  auto loaded = checkpoint::load_model<head::MaskedLanguageModel>(folder);
  base::require(loaded.report.missing.empty(),
                "[pipeline] {}: expected a masked language model but these weights are missing: {}",
                folder.string(), fmt::join(loaded.report.missing, ", "));
  loaded.module->to(device);
  return loaded.module;
}

// One [MASK] of one line, and the piece in which it is looked at.
struct MaskPlace {
  std::size_t line;
  std::int64_t token;  // its place in the line
  std::size_t piece;
  std::int64_t place;   // its place in the piece
  std::int64_t margin;  // tokens between it and the nearer edge of the piece
  std::vector<Candidate> candidates;
};

}  // namespace

class FillMask::Parts {
 public:
  Parts(const std::filesystem::path& folder, const FillMaskOptions& options);
  std::vector<MaskPlace> find_masks(const std::vector<Piece>& pieces) const;
  void predict(const std::vector<Piece>& pieces, std::vector<MaskPlace>& masks);
  std::vector<Piece> encode(const Lines& lines) const { return encoder_.encode(lines); }

 private:
  void predict_batch(const std::vector<Piece>& pieces, const std::vector<std::size_t>& chosen,
                     const std::vector<std::vector<MaskPlace*>>& masks_of);
  void read_candidates(const torch::Tensor& hidden, const std::vector<MaskPlace*>& masks);

  FillMaskOptions options_;
  head::MaskedLanguageModel model_{nullptr};
  TextEncoder encoder_;
  std::int64_t nameless_ = 0;  // ids of the vocabulary without a token
};

FillMask::Parts::Parts(const std::filesystem::path& folder, const FillMaskOptions& options)
    : options_(options),
      model_(load_with_head(folder, options.device)),
      encoder_(folder, model_->encoder()->config(), options.length) {
  base::require(options.top >= 1, "[pipeline] expected at least 1 candidate a mask but got {}",
                options.top);
  const text::Vocabulary& vocabulary = encoder_.tokenizer().vocabulary();
  for (std::int32_t id = 0; id < vocabulary.size(); ++id) nameless_ += !vocabulary.holds(id);
  options_.top = std::min<std::int64_t>(options.top, vocabulary.size() - nameless_);
  encoder_.tokenizer().mask_id();  // an Error where there is none
}

std::vector<MaskPlace> FillMask::Parts::find_masks(const std::vector<Piece>& pieces) const {
  const std::int32_t mask_id = encoder_.tokenizer().mask_id();
  std::map<std::pair<std::size_t, std::int64_t>, MaskPlace> masks;
  for (std::size_t piece = 0; piece < pieces.size(); ++piece) {
    const auto length = static_cast<std::int64_t>(pieces[piece].ids.size());
    for (std::int64_t place = 0; place < length; ++place) {
      if (pieces[piece].ids[static_cast<std::size_t>(place)] != mask_id) continue;
      const std::int64_t token = pieces[piece].begin + place;
      MaskPlace mask{
          pieces[piece].line, token, piece, place, std::min(place, length - 1 - place), {}};
      const auto [found, inserted] = masks.try_emplace({mask.line, token}, mask);
      if (!inserted && found->second.margin < mask.margin) found->second = mask;
    }
  }
  std::vector<MaskPlace> result;
  for (auto& [key, mask] : masks) result.push_back(std::move(mask));
  return result;
}

void FillMask::Parts::read_candidates(const torch::Tensor& hidden,
                                      const std::vector<MaskPlace*>& masks) {
  const torch::Tensor probabilities = model_->logits(hidden).to(torch::kFloat).softmax(-1);
  // The model may have more rows than the vocabulary has tokens: only tokens are proposed.
  const text::Vocabulary& vocabulary = encoder_.tokenizer().vocabulary();
  const auto [values, ids] =
      probabilities.narrow(-1, 0, vocabulary.size()).topk(options_.top + nameless_, -1);
  const torch::Tensor values_here = values.cpu();
  const torch::Tensor ids_here = ids.cpu();
  const auto value_at = values_here.accessor<float, 2>();
  const auto id_at = ids_here.accessor<std::int64_t, 2>();
  for (std::int64_t row = 0; row < hidden.size(0); ++row) {
    std::vector<Candidate>& candidates = masks[static_cast<std::size_t>(row)]->candidates;
    for (std::int64_t rank = 0; std::ssize(candidates) < options_.top; ++rank) {
      const std::int64_t id = id_at[row][rank];
      if (!vocabulary.holds(static_cast<std::int32_t>(id))) continue;
      candidates.push_back({encoder_.tokenizer().id_to_token(static_cast<std::int32_t>(id)), id,
                            value_at[row][rank]});
    }
  }
}

void FillMask::Parts::predict_batch(const std::vector<Piece>& pieces,
                                    const std::vector<std::size_t>& chosen,
                                    const std::vector<std::vector<MaskPlace*>>& masks_of) {
  const data::TokenBatch tokens = token_batch(pieces, chosen);
  std::vector<MaskPlace*> masks;
  std::vector<std::int64_t> places;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    for (MaskPlace* mask : masks_of[chosen[i]]) {
      masks.push_back(mask);
      places.push_back(tokens.cu_seqlens[i] + mask->place);
    }
  }
  const torch::Tensor hidden =
      model_->encoder()->forward(packed::from_tokens(tokens).to(options_.device));
  const torch::Tensor masked =
      hidden.index_select(0, torch::tensor(places, torch::kLong).to(options_.device));
  for (std::int64_t begin = 0; begin < masked.size(0); begin += kMasksAtOnce) {
    const std::int64_t end = std::min(begin + kMasksAtOnce, masked.size(0));
    read_candidates(masked.slice(0, begin, end), {masks.begin() + begin, masks.begin() + end});
  }
}

void FillMask::Parts::predict(const std::vector<Piece>& pieces, std::vector<MaskPlace>& masks) {
  std::vector<std::vector<MaskPlace*>> masks_of(pieces.size());
  for (MaskPlace& mask : masks) masks_of[mask.piece].push_back(&mask);
  for (std::vector<std::size_t> batch :
       data::batches_by_length(lengths_of(pieces), {.tokens = options_.tokens_per_batch})) {
    std::erase_if(batch, [&](std::size_t piece) { return masks_of[piece].empty(); });
    if (!batch.empty()) predict_batch(pieces, batch, masks_of);
  }
}

FillMask::FillMask(const std::filesystem::path& folder, const FillMaskOptions& options)
    : parts_(std::make_unique<Parts>(folder, options)) {}
FillMask::FillMask(FillMask&&) noexcept = default;
FillMask& FillMask::operator=(FillMask&&) noexcept = default;
FillMask::~FillMask() = default;

std::vector<MaskCandidates> FillMask::operator()(const Lines& lines) {
  const torch::NoGradGuard no_grad;
  const std::vector<Piece> pieces = parts_->encode(lines);
  std::vector<MaskPlace> masks = parts_->find_masks(pieces);
  parts_->predict(pieces, masks);
  std::vector<MaskCandidates> answers(lines.texts.size());
  for (MaskPlace& mask : masks) answers[mask.line].push_back(std::move(mask.candidates));
  return answers;
}

}  // namespace roformer::pipeline
