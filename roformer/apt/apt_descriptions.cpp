#include "roformer/apt/apt_descriptions.h"

#include <unordered_set>

#include "roformer/base/hash.h"

namespace roformer::apt {
namespace {

class AptParagraphs final : public documents::ParagraphSource {
 public:
  explicit AptParagraphs(std::vector<std::filesystem::path> lists)
      : reader_(std::move(lists), "en") {}

  bool next(documents::Paragraph& paragraph) override {
    while (true) {
      for (; paragraph_ < description_.paragraphs.size(); ++paragraph_) {
        std::string& text = description_.paragraphs[paragraph_];
        if (!seen_.insert(base::hash_bytes(text)).second) continue;
        if (!numbered_) ++document_;
        numbered_ = true;
        paragraph.text.swap(text);
        paragraph.document = document_;
        ++paragraph_;
        return true;
      }
      if (!reader_.next(description_)) return false;
      paragraph_ = 0;
      numbered_ = false;
    }
  }
  std::int64_t total() const override { return reader_.total(); }
  std::int64_t consumed() const override { return reader_.consumed(); }

 private:
  AptDescriptionReader reader_;
  AptDescription description_;
  std::size_t paragraph_ = 0;  // the next one of description_
  bool numbered_ = false;      // whether description_ has a document's number
  std::int64_t document_ = -1;
  std::unordered_set<std::uint64_t> seen_;
};

}  // namespace

std::unique_ptr<documents::ParagraphSource> open_apt_descriptions(
    std::vector<std::filesystem::path> lists) {
  return std::make_unique<AptParagraphs>(std::move(lists));
}

}  // namespace roformer::apt
