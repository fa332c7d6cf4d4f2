#include "roformer/parallel/parallel_text.h"

#include "roformer/apt/apt_descriptions.h"
#include "roformer/apt/apt_lists.h"
#include "roformer/base/error.h"
#include "roformer/base/hash.h"
#include "roformer/base/random.h"
#include "roformer/documents/text_files.h"

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

ParallelText::ParallelText(const ParallelOptions& options) : options_(options) {
  pairs_ = existing_files(options.pairs, "pairs");
  if (options.is_apt()) {
    const auto lists = apt::find_apt_lists(options.cache / "apt",
                                           {options.source_language, options.target_language},
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
  if (options_.is_apt()) {
    parts.push_back(apt::open_apt_pairs({options_.source_language, source_},
                                        {options_.target_language, target_}));
  } else if (!source_.empty()) {
    parts.push_back(documents::open_line_pairs(source_, target_));
  }
  if (!pairs_.empty()) parts.push_back(documents::open_tab_pairs(pairs_, options_.reverse));
  return documents::chain_pairs(std::move(parts));
}

std::uint64_t ParallelText::key() const {
  std::string description = fmt::format("{} {}", options_.is_apt(), options_.reverse);
  for (const auto* files : {&source_, &target_, &pairs_})
    description += documents::describe_files(*files) + '\n';
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
  return place < 1 - validation_share ? data::Split::training : data::Split::validation;
}

}  // namespace roformer::parallel
