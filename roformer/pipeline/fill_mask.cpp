#include "roformer/pipeline/fill_mask.h"
#include "roformer/pipeline/settle.h"

#include <fmt/ranges.h>
#include <torch/types.h>

#include <algorithm>
#include <map>
#include <utility>

#include "roformer/base/error.h"
#include "roformer/checkpoint/load.h"
#include "roformer/head/language_model.h"
#include "roformer/pipeline/finite_answers.h"
#include "roformer/pipeline/text_batches.h"

namespace roformer::pipeline {
namespace {

// Logits over a vocabulary of 30,000 take 120 KB a mask: this many at a time stay within some ten
// megabytes.
constexpr std::int64_t kMasksAtOnce = 128;

}  // namespace

// One [MASK] of one line, and the piece in which it is looked at.
struct FillMask::MaskPlace {
  std::size_t line;
  std::size_t piece;
  std::int64_t place;   // in the piece
  std::int64_t margin;  // tokens between it and the nearer edge of the piece
  std::vector<Candidate> candidates;
};

FillMask::FillMask(std::shared_ptr<head::LanguageModelImpl> model, text::Tokenizer tokenizer,
                   const FillMaskOptions& options)
    : options_(options),
      model_(std::move(model)),
      encoder_(std::move(tokenizer), model_->config(), options.length, options.name) {
  base::require(options.top >= 1, "[pipeline] expected at least 1 candidate a mask but got {}",
                options.top);
  settle(*model_, options);
  const text::Vocabulary& vocabulary = encoder_.tokenizer().vocabulary();
  for (std::int32_t id = 0; id < vocabulary.size(); ++id) nameless_ += !vocabulary.holds(id);
  options_.top = std::min<std::int64_t>(options.top, vocabulary.size() - nameless_);
  encoder_.tokenizer().mask_id();  // an Error where there is none
}

// In the order of the lines and of the tokens in them.
std::vector<FillMask::MaskPlace> FillMask::find_masks(const std::vector<Piece>& pieces) const {
  const std::int32_t mask_id = encoder_.tokenizer().mask_id();
  std::map<std::pair<std::size_t, std::int64_t>, MaskPlace> masks;
  for (std::size_t piece = 0; piece < pieces.size(); ++piece) {
    const std::int64_t length = std::ssize(pieces[piece].ids);
    for (std::int64_t place = 0; place < length; ++place) {
      if (pieces[piece].ids[static_cast<std::size_t>(place)] != mask_id) continue;
      MaskPlace mask{pieces[piece].line, piece, place, std::min(place, length - 1 - place), {}};
      const auto [found, inserted] =
          masks.try_emplace({mask.line, pieces[piece].begin + place}, mask);
      if (!inserted && found->second.margin < mask.margin) found->second = mask;
    }
  }
  std::vector<MaskPlace> result;
  for (auto& [key, mask] : masks) result.push_back(std::move(mask));
  return result;
}

// A line that was cut may have lost what was asked for.
void FillMask::require_all_masks(const Lines& lines, const std::vector<Piece>& pieces) const {
  const text::Tokenizer& tokenizer = encoder_.tokenizer();
  const auto count = [&](const std::vector<std::int32_t>& ids) {
    return std::count(ids.begin(), ids.end(), tokenizer.mask_id());
  };
  for (const Piece& piece : pieces) {
    if (!piece.is_cut) continue;
    const auto all = count(tokenizer.encode(lines.texts[piece.line]).ids);
    const auto left = count(piece.ids);
    require_of_line(left == all,
                    "[pipeline] line {}: expected its {} masks within {} tokens but {} of them lie "
                    "{} these; --stride reads longer lines in windows",
                    lines.number(piece.line), all, encoder_.max_length(), all - left,
                    tokenizer.facts().row.cut_at_begin ? "before" : "behind");
  }
}

void FillMask::read_candidates(const torch::Tensor& hidden,
                               std::span<MaskPlace* const> masks) const {
  const torch::Tensor probabilities = model_->logits(hidden).to(torch::kFloat).softmax(-1);
  // The model may have more rows than the vocabulary has tokens: only tokens are proposed.
  const text::Vocabulary& vocabulary = encoder_.tokenizer().vocabulary();
  const auto [values, ids] =
      probabilities.narrow(-1, 0, vocabulary.size()).topk(options_.top + nameless_, -1);
  const torch::Tensor values_here = values.cpu(), ids_here = ids.cpu();
  const auto value_at = values_here.accessor<float, 2>();
  const auto id_at = ids_here.accessor<std::int64_t, 2>();
  for (std::int64_t row = 0; row < hidden.size(0); ++row) {
    std::vector<Candidate>& candidates = masks[static_cast<std::size_t>(row)]->candidates;
    for (std::int64_t rank = 0; std::ssize(candidates) < options_.top; ++rank) {
      const auto id = static_cast<std::int32_t>(id_at[row][rank]);
      if (!vocabulary.holds(id)) continue;
      candidates.push_back({encoder_.tokenizer().id_to_token(id), id, value_at[row][rank]});
    }
  }
}

void FillMask::predict(const packed::PackedBatch& batch, std::span<MaskPlace* const> masks,
                       const std::vector<std::int64_t>& rows) const {
  model::ForwardOptions forward;
  forward.rows = torch::tensor(rows, torch::kLong).to(options_.device);
  const torch::Tensor hidden = model_->encoder()->forward(batch, forward);
  for (std::int64_t begin = 0; begin < hidden.size(0); begin += kMasksAtOnce) {
    const torch::Tensor some = hidden.slice(0, begin, begin + kMasksAtOnce);
    read_candidates(some, masks.subspan(static_cast<std::size_t>(begin)));
  }
}

std::vector<MaskCandidates> FillMask::operator()(const Lines& lines) const {
  const std::vector<Piece> pieces = encoder_.encode(lines);
  require_all_masks(lines, pieces);
  std::vector<MaskPlace> masks = find_masks(pieces);
  std::map<std::size_t, std::vector<MaskPlace*>> masks_of;  // of the pieces that are computed
  for (MaskPlace& mask : masks) masks_of[mask.piece].push_back(&mask);
  std::vector<std::size_t> wanted;
  for (const auto& [piece, places] : masks_of) wanted.push_back(piece);
  compute_batches(pieces, wanted, options_, [&](const TextBatch& batch) {
    std::vector<MaskPlace*> asked;
    std::vector<std::int64_t> rows;
    for (std::size_t i = 0; i < batch.pieces.size(); ++i) {
      for (MaskPlace* mask : masks_of.at(batch.pieces[i])) {
        asked.push_back(mask);
        rows.push_back(batch.begins[i] + mask->place);
      }
    }
    predict(batch.tokens, asked, rows);
  });
  std::vector<MaskCandidates> answers(lines.texts.size());
  for (MaskPlace& mask : masks) {
    for (const Candidate& candidate : mask.candidates)
      require_finite(candidate.probability, "probabilities", lines.number(mask.line),
                     options_.name);
    answers[mask.line].push_back(std::move(mask.candidates));
  }
  return answers;
}

FillMask open_fill_mask(const std::filesystem::path& path, FillMaskOptions options) {
  options.name = path.string();
  const checkpoint::Folder folder(path);
  const auto loaded = checkpoint::load_model<head::LanguageModel>(folder);
  base::require(loaded.report.missing.empty(),
                "[pipeline] {}: expected a masked language model but these weights are missing: {}",
                options.name, fmt::join(loaded.report.missing, ", "));
  return {loaded.module.ptr(), text::Tokenizer::load(folder.path()), options};
}

}  // namespace roformer::pipeline
