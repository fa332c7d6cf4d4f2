#include "roformer/text/sentencepiece_model.h"

#include "roformer/base/error.h"

namespace roformer::text {

namespace {

void require_done(const std::string& problem, std::string_view name) {
  base::require(problem.empty(), "[text] {}: expected a SentencePiece model but got an error: {}",
                name, problem);
}

}  // namespace

SentencePieceModel::SentencePieceModel(std::string bytes, std::string_view name)
    : bytes_(std::move(bytes)), name_(name) {
  // The library takes nothing at all for a model without pieces, and then ends the program.
  base::require(!bytes_.empty(), "[text] {}: expected a SentencePiece model but got an empty file",
                name_);
  auto processor = sentencepiece_library().make_processor();
  require_done(processor->load(bytes_), name_);
  base::require(processor->size() > 0,
                "[text] {}: expected a SentencePiece model but it has no pieces", name_);
  processor_ = std::move(processor);
}

std::vector<int> SentencePieceModel::encode_ids(std::string_view line) const {
  std::vector<int> ids;
  require_done(processor_->encode(line, ids), name_);
  return ids;
}

std::vector<std::string> SentencePieceModel::encode(std::string_view line) const {
  std::vector<std::string> pieces;
  require_done(processor_->encode(line, pieces), name_);
  return pieces;
}

std::string SentencePieceModel::decode(const std::vector<std::string>& pieces) const {
  std::string text;
  require_done(processor_->decode(pieces, text), name_);
  return text;
}

int SentencePieceModel::size() const {
  return processor_->size();
}
const std::string& SentencePieceModel::piece(int id) const {
  return processor_->piece(id);
}
bool SentencePieceModel::is_text(int id) const {
  return !processor_->is_control(id) && !processor_->is_unknown(id) && !processor_->is_unused(id);
}
bool SentencePieceModel::is_unknown(int id) const {
  return processor_->is_unknown(id);
}

}  // namespace roformer::text
