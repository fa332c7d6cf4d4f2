#include "roformer/documents/pair_source.h"

#include <limits>
#include <optional>

#include "roformer/base/error.h"
#include "roformer/documents/text_files.h"

namespace roformer::documents {
namespace {

namespace fs = std::filesystem;

// No line is cut in two: the sides would no longer match.
constexpr std::size_t kAnyLine = std::numeric_limits<std::size_t>::max();

class LinePairs final : public PairSource {
 public:
  LinePairs(std::vector<fs::path> source, std::vector<fs::path> target)
      : source_(std::move(source), kAnyLine), target_(std::move(target), kAnyLine) {}

  bool next(TextPair& pair) override {
    while (source_.is_open() || open_next()) {
      const bool first = source_.next(pair.source), second = target_.next(pair.target);
      if (first != second) fail_counts(first);
      if (!first) continue;
      pair.file = source_.file().native();
      pair.line = ++line_;
      return true;
    }
    return false;
  }
  std::int64_t total() const override { return source_.total() + target_.total(); }
  std::int64_t consumed() const override { return source_.consumed() + target_.consumed(); }

 private:
  bool open_next() {
    line_ = 0;
    return source_.open_next() && target_.open_next();
  }
  // One side has a line more, at least: counts the rest.
  [[noreturn]] void fail_counts(bool source_goes_on) {
    LineFiles& longer = source_goes_on ? source_ : target_;
    std::int64_t lines = line_ + 1;
    for (std::string line; longer.next(line);) ++lines;
    base::fail("[data] expected two files whose lines match but {} has {} lines and {} has {}",
               source_.file().string(), source_goes_on ? lines : line_, target_.file().string(),
               source_goes_on ? line_ : lines);
  }

  LineFiles source_, target_;
  std::int64_t line_ = 0;
};

class TabPairs final : public PairSource {
 public:
  TabPairs(std::vector<fs::path> files, bool reverse)
      : files_(std::move(files), kAnyLine), reverse_(reverse) {}

  bool next(TextPair& pair) override {
    while (files_.is_open() || open_next()) {
      if (!files_.next(text_)) continue;
      cut(pair);
      return true;
    }
    return false;
  }
  std::int64_t total() const override { return files_.total(); }
  std::int64_t consumed() const override { return files_.consumed(); }

 private:
  bool open_next() {
    line_ = 0;
    return files_.open_next();
  }
  void cut(TextPair& pair) {
    const auto first = std::min(text_.find('\t'), text_.size());
    pair.source.assign(text_, 0, first);
    pair.target.clear();
    if (first < text_.size())
      pair.target.assign(text_, first + 1, text_.find('\t', first + 1) - first - 1);
    if (reverse_) pair.source.swap(pair.target);
    pair.file = files_.file().native();
    pair.line = ++line_;
  }

  LineFiles files_;
  bool reverse_;
  std::string text_;
  std::int64_t line_ = 0;
};

class ChainedPairs final : public PairSource {
 public:
  explicit ChainedPairs(std::vector<std::unique_ptr<PairSource>> parts)
      : parts_(std::move(parts)) {}
  bool next(TextPair& pair) override {
    for (; part_ < parts_.size(); ++part_) {
      if (parts_[part_]->next(pair)) return true;
    }
    return false;
  }
  std::int64_t total() const override { return sum(&PairSource::total); }
  std::int64_t consumed() const override { return sum(&PairSource::consumed); }

 private:
  std::int64_t sum(std::int64_t (PairSource::*bytes)() const) const {
    std::int64_t all = 0;
    for (const auto& part : parts_) all += ((*part).*bytes)();
    return all;
  }

  std::vector<std::unique_ptr<PairSource>> parts_;
  std::size_t part_ = 0;
};

}  // namespace

std::unique_ptr<PairSource> open_line_pairs(std::vector<fs::path> source,
                                            std::vector<fs::path> target) {
  base::require(source.size() == target.size(),
                "[data] expected as many target files as source files, {}, but got {}",
                source.size(), target.size());
  return std::make_unique<LinePairs>(std::move(source), std::move(target));
}
std::unique_ptr<PairSource> open_tab_pairs(std::vector<fs::path> files, bool reverse) {
  return std::make_unique<TabPairs>(std::move(files), reverse);
}
std::unique_ptr<PairSource> chain_pairs(std::vector<std::unique_ptr<PairSource>> parts) {
  return std::make_unique<ChainedPairs>(std::move(parts));
}
}  // namespace roformer::documents
