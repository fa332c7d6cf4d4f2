#include "roformer/text/sentencepiece_model.h"

#include <sentencepiece_processor.h>

#include "roformer/base/error.h"

namespace roformer::text {

struct SentencePieceModel::State {
  sentencepiece::SentencePieceProcessor processor;
};

namespace {

void require_done(const sentencepiece::util::Status& status, std::string_view name) {
  base::require(status.ok(), "[text] {}: expected a SentencePiece model but got an error: {}", name,
                status.ToString());
}

}  // namespace

SentencePieceModel::SentencePieceModel(std::string bytes, std::string_view name)
    : bytes_(std::move(bytes)), name_(name) {
  // The library takes nothing at all for a model without pieces, and then ends the program.
  base::require(!bytes_.empty(), "[text] {}: expected a SentencePiece model but got an empty file",
                name_);
  auto state = std::make_unique<State>();
  require_done(state->processor.LoadFromSerializedProto(bytes_), name_);
  base::require(state->processor.GetPieceSize() > 0,
                "[text] {}: expected a SentencePiece model but it has no pieces", name_);
  state_ = std::move(state);
}
SentencePieceModel::~SentencePieceModel() = default;
SentencePieceModel::SentencePieceModel(SentencePieceModel&&) noexcept = default;
SentencePieceModel& SentencePieceModel::operator=(SentencePieceModel&&) noexcept = default;

std::vector<int> SentencePieceModel::encode_ids(std::string_view line) const {
  std::vector<int> ids;
  require_done(state_->processor.Encode(line, &ids), name_);
  return ids;
}

std::vector<std::string> SentencePieceModel::encode(std::string_view line) const {
  std::vector<std::string> pieces;
  require_done(state_->processor.Encode(line, &pieces), name_);
  return pieces;
}

std::string SentencePieceModel::decode(const std::vector<std::string>& pieces) const {
  std::string text;
  require_done(state_->processor.Decode(pieces, &text), name_);
  return text;
}

int SentencePieceModel::size() const {
  return state_->processor.GetPieceSize();
}
const std::string& SentencePieceModel::piece(int id) const {
  return state_->processor.IdToPiece(id);
}
bool SentencePieceModel::is_text(int id) const {
  return !state_->processor.IsControl(id) && !state_->processor.IsUnknown(id) &&
         !state_->processor.IsUnused(id);
}
bool SentencePieceModel::is_unknown(int id) const {
  return state_->processor.IsUnknown(id);
}

}  // namespace roformer::text
