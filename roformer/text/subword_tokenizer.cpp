#include "roformer/text/subword_tokenizer.h"

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/text/subword_coder.h"
#include "roformer/text/subword_files.h"
#include "roformer/unicode/lower_text.h"
#include "roformer/unicode/utf8.h"

namespace roformer::text {
namespace {

// </s> 0, <unk> 1, the tokens, <pad> last: Marian's layout. Tokens that stand already are left out.
Vocabulary number_tokens(const std::vector<std::string>& tokens, const SubwordFiles& files,
                         std::string_view name) {
  std::vector<std::string> all = {files.end_token, files.unk_token};
  for (const auto& token : tokens) {
    if (token != files.end_token && token != files.unk_token && token != files.pad_token)
      all.push_back(token);
  }
  all.push_back(files.pad_token);
  return Vocabulary(std::move(all), name);
}

std::int32_t special_id(const SubwordFiles& files, const std::string& token) {
  const auto id = files.vocabulary.find(token);
  base::require(id.has_value() && !token.empty(),
                "[text] {}: expected the token '{}' but it is missing", files.vocabulary_name,
                token);
  return *id;
}

SubwordIds special_ids(const SubwordFiles& files) {
  return {special_id(files, files.end_token), special_id(files, files.unk_token),
          special_id(files, files.pad_token)};
}

std::uint64_t hash_text(std::string_view text, std::uint64_t seed) {
  std::uint64_t sum = base::derive(seed, text.size());
  for (const char c : text)
    sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;  // FNV-1a
  return base::mix(sum);
}

std::uint64_t hash_files(const SubwordFiles& files) {
  std::uint64_t sum = files.settings.lower_case ? 1 : 0;
  for (const auto* text : {&files.source_model, &files.target_model, &files.codes, &files.end_token,
                           &files.unk_token, &files.pad_token})
    sum = hash_text(*text, sum);
  for (const auto& token : files.vocabulary.tokens()) sum = hash_text(token, sum);
  return sum;
}

}  // namespace

struct SubwordTokenizer::State {
  explicit State(SubwordFiles given)
      : files(std::move(given)), ids(special_ids(files)), fingerprint(hash_files(files)) {
    if (!files.codes.empty()) {
      source = target =
          make_subword_nmt_coder(files.codes, files.source_name, files.vocabulary, ids);
      return;
    }
    const auto coder = [&](const std::string& model, const std::string& name) {
      return make_sentencepiece_coder(std::make_shared<const SentencePieceModel>(model, name),
                                      files.vocabulary, ids);
    };
    source = coder(files.source_model, files.source_name);
    target = files.source_model == files.target_model
                 ? source
                 : std::shared_ptr(coder(files.target_model, files.target_name));
  }

  void encode(const SubwordCoder& coder, std::string_view line,
              std::vector<std::int64_t>& out) const {
    std::string changed;
    if (!unicode::is_utf8(line)) line = changed = unicode::valid_utf8(line, "\xEF\xBF\xBD");
    if (files.settings.lower_case) line = changed = unicode::lower_text(line);
    coder.encode(line, out);
  }

  SubwordFiles files;
  SubwordIds ids;
  std::uint64_t fingerprint;
  std::shared_ptr<const SubwordCoder> source, target;
};

SubwordTokenizer SubwordTokenizer::load(const std::filesystem::path& folder) {
  return SubwordTokenizer(std::make_shared<const State>(read_subword_files(folder)));
}

bool SubwordTokenizer::is_in(const std::filesystem::path& folder) {
  return has_subword_files(folder);
}

SubwordTokenizer SubwordTokenizer::from_sentencepiece(std::string model_bytes,
                                                      SubwordSettings settings) {
  SubwordFiles files;
  files.settings = std::move(settings);
  files.source_name = files.target_name = "SentencePiece model";
  const SentencePieceModel model(model_bytes, files.source_name);
  std::vector<std::string> pieces;
  for (int id = 0; id < model.size(); ++id) {
    if (model.is_text(id)) pieces.push_back(model.piece(id));
  }
  files.vocabulary = number_tokens(pieces, files, files.source_name);
  files.target_model = files.source_model = std::move(model_bytes);
  return SubwordTokenizer(std::make_shared<const State>(std::move(files)));
}

SubwordTokenizer SubwordTokenizer::from_subword_nmt(std::string codes,
                                                    const std::vector<std::string>& units,
                                                    SubwordSettings settings) {
  SubwordFiles files;
  files.settings = std::move(settings);
  files.source_name = files.target_name = "codes";
  base::require(!codes.empty(), "[text] codes: expected merges but got an empty text");
  files.codes = std::move(codes);
  files.vocabulary = number_tokens(units, files, "units");
  return SubwordTokenizer(std::make_shared<const State>(std::move(files)));
}

SubwordTokenizer SubwordTokenizer::with_settings(SubwordSettings settings) const {
  SubwordFiles files = state_->files;
  files.settings = std::move(settings);
  return SubwordTokenizer(std::make_shared<const State>(std::move(files)));
}

void SubwordTokenizer::save(const std::filesystem::path& folder) const {
  write_subword_files(folder, state_->files);
}

void SubwordTokenizer::encode_source(std::string_view line, std::vector<std::int64_t>& ids) const {
  state_->encode(*state_->source, line, ids);
}
void SubwordTokenizer::encode_target(std::string_view line, std::vector<std::int64_t>& ids) const {
  state_->encode(*state_->target, line, ids);
}

std::string SubwordTokenizer::decode(std::span<const std::int64_t> ids) const {
  std::vector<std::string> tokens;
  for (const std::int64_t id : ids) {
    const std::string& token = id_to_token(id);
    if (id != end_id() && id != pad_id()) tokens.push_back(token);
  }
  return state_->target->decode(tokens);
}

const std::string& SubwordTokenizer::id_to_token(std::int64_t id) const {
  base::require(id >= 0 && id < vocabulary_size(), "[text] expected an id from 0 to {} but got {}",
                vocabulary_size() - 1, id);
  return state_->files.vocabulary.token(static_cast<std::int32_t>(id));
}

std::int64_t SubwordTokenizer::token_to_id(std::string_view token) const {
  return state_->files.vocabulary.find(token).value_or(state_->ids.unk);
}
std::int64_t SubwordTokenizer::end_id() const {
  return state_->ids.end;
}
std::int64_t SubwordTokenizer::pad_id() const {
  return state_->ids.pad;
}
std::int64_t SubwordTokenizer::unk_id() const {
  return state_->ids.unk;
}
std::int64_t SubwordTokenizer::vocabulary_size() const {
  return state_->files.vocabulary.size();
}
const SubwordSettings& SubwordTokenizer::settings() const {
  return state_->files.settings;
}
std::uint64_t SubwordTokenizer::fingerprint() const {
  return state_->fingerprint;
}

}  // namespace roformer::text
