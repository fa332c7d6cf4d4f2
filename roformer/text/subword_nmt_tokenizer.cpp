#include "roformer/text/subword_table.h"

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/text/subword_nmt.h"
#include "roformer/text/tokenizer_kinds.h"

namespace roformer::text {
namespace {

constexpr const char* kCodes = "codes.bpe";

std::shared_ptr<const UnitSet> units_of(const Vocabulary& vocabulary) {
  return std::make_shared<const UnitSet>(vocabulary.tokens().begin(), vocabulary.tokens().end());
}

class SubwordNmtCoder final : public SubwordCoder {
 public:
  SubwordNmtCoder(SubwordTable table, std::string codes, std::string name)
      : SubwordCoder(std::move(table), "subword-nmt", "SubwordNmt"),
        codes_(std::move(codes)),
        name_(std::move(name)),
        merges_(codes_, name_, {.allowed = units_of(facts().vocabulary)}) {}

  std::uint64_t fingerprint() const override { return hash_with({codes_}); }
  std::shared_ptr<const TokenCoder> lower_cased() const override {
    return std::make_shared<const SubwordNmtCoder>(lower_cased_table(), codes_, name_);
  }
  void save(const std::filesystem::path& folder) const override {
    std::filesystem::create_directories(folder);
    base::write_file_atomically(folder / kCodes, codes_);
    save_table(folder);
  }

 protected:
  void encode_line(std::string_view line, Side, std::vector<std::int32_t>& ids) const override {
    for (const auto& unit : merges_.units(line)) ids.push_back(id_of(unit));
  }
  std::string join(const std::vector<std::string>& tokens) const override {
    return join_units(tokens, merges_.separator());
  }

 private:
  std::string codes_, name_;
  SubwordNmt merges_;
};

Tokenizer make_subword_nmt(SubwordTable table, std::string codes, std::string name) {
  base::require(!codes.empty(), "[text] {}: expected merges but got an empty file", name);
  return Tokenizer(
      std::make_shared<const SubwordNmtCoder>(std::move(table), std::move(codes), std::move(name)));
}

}  // namespace

Tokenizer subword_nmt_tokenizer(std::string codes, const std::vector<std::string>& units,
                                SubwordSettings settings) {
  return make_subword_nmt(number_tokens(units, "units", std::move(settings)), std::move(codes),
                          "codes");
}

namespace kinds {

TokenizerKind subword_nmt() {
  return {
      "codes.bpe and vocab.json",
      {kCodes, kTokenTable},
      [](const TokenizerFolder& folder) { return folder.has(kCodes) && folder.has(kTokenTable); },
      [](const TokenizerFolder& folder) {
        const auto codes = folder.path(kCodes);
        return make_subword_nmt(read_subword_table(folder), base::read_file(codes), codes.string());
      }};
}

}  // namespace kinds
}  // namespace roformer::text
