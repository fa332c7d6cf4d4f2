#include "roformer/parallel/parallel_text.h"

#include "roformer/apt/apt_lists.h"
#include "roformer/apt/apt_pairs.h"
#include "roformer/base/error.h"
#include "roformer/base/hash.h"
#include "roformer/base/random.h"

namespace roformer::parallel {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> existing_files(const std::vector<std::string>& names, const char* key) {
  std::vector<fs::path> files;
  for (const auto& name : names) {
    std::error_code unreadable;  // a name too long for the file system, say: it is not there
    base::require(
        fs::is_regular_file(name, unreadable),
        "[data] data.{}: expected a file but there is none at {}; --set data.{}=FILES names "
        "your own, and the recipe translation-tiny takes apt's package descriptions",
        key, name, key);
    files.emplace_back(name);
  }
  return files;
}

}  // namespace

ParallelText::ParallelText(const ParallelOptions& options)
    : source_language_(options.source_language),
      target_language_(options.target_language),
      apt_(options.is_apt()),
      reverse_(options.reverse) {
  pairs_ = existing_files(options.pairs, "pairs");
  if (apt_) {
    const auto lists =
        apt::find_apt_lists(options.cache / "apt", {source_language_, target_language_},
                            "name text of your own: --set data.source=FILE --set "
                            "data.target=FILE");
    source_ = lists[0];
    target_ = lists[1];
    return;
  }
  source_ = existing_files(options.source, "source");
  target_ = existing_files(options.target, "target");
}

std::unique_ptr<documents::PairSource> ParallelText::open() const {
  std::vector<std::unique_ptr<documents::PairSource>> parts;
  if (apt_) {
    parts.push_back(apt::open_apt_pairs({source_language_, source_}, {target_language_, target_}));
  } else if (!source_.empty()) {
    parts.push_back(documents::open_line_pairs(source_, target_));
  }
  if (!pairs_.empty()) {
    auto pairs = documents::open_tab_pairs(pairs_);
    parts.push_back(reverse_ ? documents::reverse_pairs(std::move(pairs)) : std::move(pairs));
  }
  return documents::chain_pairs(std::move(parts));
}

std::uint64_t ParallelText::key() const {
  std::string description = fmt::format("{} {}", apt_, reverse_);
  for (const auto* files : {&source_, &target_, &pairs_}) {
    for (const auto& file : *files) {
      const auto time = fs::last_write_time(file).time_since_epoch().count();
      description +=
          fmt::format("\n{}\n{} {}", fs::absolute(file).string(), fs::file_size(file), time);
    }
    description += '\n';
  }
  return base::hash_bytes(description);
}

std::unique_ptr<documents::PairSource> open_held_out(const ParallelOptions& options,
                                                     data::Split split) {
  const bool validation = split == data::Split::validation;
  const auto& source = validation ? options.validation_source : options.test_source;
  const auto& target = validation ? options.validation_target : options.test_target;
  if (source.empty() && target.empty()) return nullptr;
  return documents::open_line_pairs(
      existing_files(source, validation ? "validation_source" : "test_source"),
      existing_files(target, validation ? "validation_target" : "test_target"));
}

data::Split split_of(std::uint64_t source_hash, const ParallelOptions& options) {
  const double test_share = options.test_source.empty() ? options.test_share : 0;
  const double validation_share = options.validation_source.empty() ? options.validation_share : 0;
  const double place =
      base::uniform(base::derive(options.split_seed, 0x7041495253ull), source_hash);
  if (place < test_share) return data::Split::test;
  return place < test_share + validation_share ? data::Split::validation : data::Split::training;
}

}  // namespace roformer::parallel
