#include "roformer/apt/apt_descriptions.h"

#include <deque>
#include <unordered_map>
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

// Holds the target's descriptions and reads the source's one by one.
class AptPairs final : public documents::PairSource {
 public:
  AptPairs(AptSide source, const AptSide& target)
      : name_("apt's descriptions"), reader_(std::move(source.lists), source.language) {
    AptDescriptionReader translations(target.lists, target.language);
    for (AptDescription description; translations.next(description);) {
      if (!description.md5.empty()) translations_.try_emplace(description.md5, description);
    }
  }

  bool next(documents::TextPair& pair) override {
    while (waiting_.empty()) {
      AptDescription description;
      if (!reader_.next(description)) return false;
      ++number_;
      join(description);
    }
    pair = std::move(waiting_.front());
    waiting_.pop_front();
    return true;
  }
  std::int64_t total() const override { return reader_.total(); }
  std::int64_t consumed() const override { return reader_.consumed(); }

 private:
  void join(const AptDescription& description) {
    const auto place = translations_.find(description.md5);
    if (place == translations_.end()) return;
    const AptDescription& translation = place->second;
    add(description.synopsis, translation.synopsis);
    if (description.paragraphs.size() == translation.paragraphs.size()) {
      for (std::size_t i = 0; i < description.paragraphs.size(); ++i)
        add(description.paragraphs[i], translation.paragraphs[i]);
    }
    translations_.erase(place);  // the next list of the same packages has it again
  }

  void add(const std::string& source, const std::string& target) {
    if (source == target || source.empty() || target.empty()) return;
    if (!seen_.insert(base::hash_bytes(target, base::hash_bytes(source))).second) return;
    waiting_.push_back({source, target, name_, number_});
  }

  std::string name_;
  AptDescriptionReader reader_;
  std::unordered_map<std::string, AptDescription> translations_;  // by md5
  std::deque<documents::TextPair> waiting_;
  std::unordered_set<std::uint64_t> seen_;
  std::int64_t number_ = 0;
};

}  // namespace

std::unique_ptr<documents::ParagraphSource> open_apt_descriptions(
    std::vector<std::filesystem::path> lists) {
  return std::make_unique<AptParagraphs>(std::move(lists));
}

std::unique_ptr<documents::PairSource> open_apt_pairs(AptSide source, const AptSide& target) {
  return std::make_unique<AptPairs>(std::move(source), target);
}

}  // namespace roformer::apt
