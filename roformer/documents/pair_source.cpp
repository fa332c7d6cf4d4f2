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

std::int64_t total_size(const std::vector<fs::path>& files) {
  std::int64_t size = 0;
  for (const auto& file : files) size += static_cast<std::int64_t>(fs::file_size(file));
  return size;
}

std::vector<std::string> names_of(const std::vector<fs::path>& files) {
  std::vector<std::string> names;
  for (const auto& file : files) names.push_back(file.string());
  return names;
}

class LinePairs final : public PairSource {
 public:
  LinePairs(std::vector<fs::path> source, std::vector<fs::path> target)
      : source_files_(std::move(source)),
        target_files_(std::move(target)),
        names_(names_of(source_files_)),
        total_(total_size(source_files_) + total_size(target_files_)) {
    base::require(source_files_.size() == target_files_.size(),
                  "[data] expected as many target files as source files, {}, but got {}",
                  source_files_.size(), target_files_.size());
  }

  bool next(TextPair& pair) override {
    while (source_ || open_next()) {
      const bool first = source_->next(pair.source), second = target_->next(pair.target);
      if (first != second) fail_counts(first);
      if (first) {
        pair.file = names_[file_ - 1];
        pair.line = ++line_;
        return true;
      }
      close();
    }
    return false;
  }
  std::int64_t total() const override { return total_; }
  std::int64_t consumed() const override {
    return closed_ + (source_ ? source_->consumed() + target_->consumed() : 0);
  }

 private:
  bool open_next() {
    if (file_ == source_files_.size()) return false;
    source_.emplace(source_files_[file_], kAnyLine);
    target_.emplace(target_files_[file_], kAnyLine);
    ++file_;
    line_ = 0;
    return true;
  }
  void close() {
    closed_ += source_->consumed() + target_->consumed();
    source_.reset();
    target_.reset();
  }
  // One side has a line more, at least: counts the rest.
  [[noreturn]] void fail_counts(bool source_goes_on) {
    LineReader& longer = source_goes_on ? *source_ : *target_;
    std::int64_t lines = line_ + 1;
    for (std::string line; longer.next(line);) ++lines;
    base::fail("[data] expected two files whose lines match but {} has {} lines and {} has {}",
               source_files_[file_ - 1].string(), source_goes_on ? lines : line_,
               target_files_[file_ - 1].string(), source_goes_on ? line_ : lines);
  }

  std::vector<fs::path> source_files_, target_files_;
  std::vector<std::string> names_;
  std::size_t file_ = 0;  // the next one
  std::optional<LineReader> source_, target_;
  std::int64_t line_ = 0;
  std::int64_t total_;
  std::int64_t closed_ = 0;
};

class TabPairs final : public PairSource {
 public:
  explicit TabPairs(std::vector<fs::path> files)
      : files_(std::move(files)), names_(names_of(files_)), total_(total_size(files_)) {}

  bool next(TextPair& pair) override {
    while (reader_ || open_next()) {
      if (reader_->next(text_)) {
        cut(pair);
        return true;
      }
      closed_ += reader_->consumed();
      reader_.reset();
    }
    return false;
  }
  std::int64_t total() const override { return total_; }
  std::int64_t consumed() const override { return closed_ + (reader_ ? reader_->consumed() : 0); }

 private:
  bool open_next() {
    if (file_ == files_.size()) return false;
    reader_.emplace(files_[file_++], kAnyLine);
    line_ = 0;
    return true;
  }
  void cut(TextPair& pair) {
    const auto first = std::min(text_.find('\t'), text_.size());
    pair.source.assign(text_, 0, first);
    pair.target.clear();
    if (first < text_.size())
      pair.target.assign(text_, first + 1, text_.find('\t', first + 1) - first - 1);
    pair.file = names_[file_ - 1];
    pair.line = ++line_;
  }

  std::vector<fs::path> files_;
  std::vector<std::string> names_;
  std::size_t file_ = 0;
  std::optional<LineReader> reader_;
  std::string text_;
  std::int64_t line_ = 0;
  std::int64_t total_;
  std::int64_t closed_ = 0;
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

class ReversedPairs final : public PairSource {
 public:
  explicit ReversedPairs(std::unique_ptr<PairSource> pairs) : pairs_(std::move(pairs)) {}
  bool next(TextPair& pair) override {
    if (!pairs_->next(pair)) return false;
    pair.source.swap(pair.target);
    return true;
  }
  std::int64_t total() const override { return pairs_->total(); }
  std::int64_t consumed() const override { return pairs_->consumed(); }

 private:
  std::unique_ptr<PairSource> pairs_;
};

}  // namespace

std::unique_ptr<PairSource> open_line_pairs(std::vector<fs::path> source,
                                            std::vector<fs::path> target) {
  return std::make_unique<LinePairs>(std::move(source), std::move(target));
}
std::unique_ptr<PairSource> open_tab_pairs(std::vector<fs::path> files) {
  return std::make_unique<TabPairs>(std::move(files));
}
std::unique_ptr<PairSource> chain_pairs(std::vector<std::unique_ptr<PairSource>> parts) {
  return std::make_unique<ChainedPairs>(std::move(parts));
}
std::unique_ptr<PairSource> reverse_pairs(std::unique_ptr<PairSource> pairs) {
  return std::make_unique<ReversedPairs>(std::move(pairs));
}

}  // namespace roformer::documents
