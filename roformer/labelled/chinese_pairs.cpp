#include "roformer/labelled/chinese_pairs.h"

#include <algorithm>
#include <cctype>

#include "roformer/base/byte_order_mark.h"
#include "roformer/base/error.h"
#include "roformer/base/nearest_name.h"
#include "roformer/labelled/text_file.h"
#include "roformer/labelled/words.h"

namespace roformer::labelled {
namespace {

namespace fs = std::filesystem;
using data::Split;

// Columns by number: most files have no header.
TextColumns numbered(const char* text, const char* text_pair, const char* label) {
  return {
      .text = text, .text_pair = text_pair, .label = label, .group = text, .group_pair = text_pair};
}

const TextColumns kFirstThree = numbered("1", "2", "3");
const TextColumns kNamed = numbered("sentence1", "sentence2", "label");
constexpr TableOptions kTabs{
    .kind = TableKind::tab_separated, .has_header = false, .quotes = false};
constexpr TableOptions kTabsWithHeader{
    .kind = TableKind::tab_separated, .has_header = true, .quotes = false};
constexpr TableOptions kCommas{.kind = TableKind::comma_separated, .has_header = true};

std::vector<ChinesePairs> all_sets() {
  return {{.name = "AFQMC",
           .folder = "afqmc",
           .columns = kFirstThree,
           .table = kTabs,
           .training = "train.txt",
           .validation = "dev.txt"},
          {.name = "LCQMC",
           .folder = "lcqmc",
           .columns = kFirstThree,
           .table = kTabs,
           .validation = "dev.txt",
           .test = "test.txt"},
          {.name = "STS-B",
           .folder = "stsb",
           .is_regression = true,
           .columns = kFirstThree,
           .table = kTabs,
           .training = "sts-b-train.txt",
           .validation = "sts-b-dev.txt",
           .test = "sts-b-test.txt"},
          {.name = "PAWS-X",
           .folder = "pawsx",
           .columns = kNamed,
           .table = kTabsWithHeader,
           .validation = "dev_2k.tsv",
           .test = "test_2k.tsv"},
          {.name = "BQ",
           .folder = "bq",
           .columns = kNamed,
           .table = kCommas,
           .validation = "dev.csv",
           .test = "test.csv"},
          {.name = "ATEC",
           .folder = "atec",
           .columns = numbered("2", "3", "4"),
           .table = kTabs,
           .training = "atec_nlp_sim_train.csv"}};
}

// Without case and signs: "PAWSX" and "paws-x" are one name.
std::string bare_name(std::string_view name) {
  std::string bare;
  for (const char c : name) {
    const auto letter = static_cast<unsigned char>(c);
    if (std::isalnum(letter) != 0) bare += static_cast<char>(std::toupper(letter));
  }
  return bare;
}

// The file, packed or not, in the set's own folder or in that of all sets.
fs::path find_file(const ChinesePairs& set, const fs::path& folder, const std::string& name) {
  for (const fs::path& place : {folder / set.folder, folder}) {
    if (const auto file = find_plain_or_packed(place / name)) return *file;
  }
  base::fail(
      "[data] expected {} of {} (packed or not) in {} or in {} there but found none: --set "
      "data.folder=DIR names another one",
      name, set.name, folder.string(), set.folder);
}

// ATEC's first text begins with a second mark.
std::string unmarked(const std::string& text) {
  return std::string(base::without_byte_order_mark(text));
}

}  // namespace

ChinesePairs chinese_pairs(std::string_view name) {
  std::vector<std::string> names;
  for (ChinesePairs& set : all_sets()) {
    if (bare_name(set.name) == bare_name(name)) return std::move(set);
    names.push_back(set.name);
  }
  base::fail("[labelled] expected a set of Chinese pairs ({}) but got '{}'{}", in_brief(names),
             in_brief(name), base::did_you_mean(in_brief(name), names));
}

LabelledText read_chinese_pairs(const ChinesePairs& set, const fs::path& file) {
  LabelledText text = read_labelled_text({file}, set.columns, set.table);
  for (Example& example : text.examples) {
    example.text = unmarked(example.text);
    example.group = unmarked(example.group);
  }
  return text;
}

LabelledParts chinese_parts(const LabelledOptions& options) {
  base::require(!options.folder.empty(),
                "[data] expected data.folder, where the files of {} lie, but got none",
                options.pairs);
  const ChinesePairs set = chinese_pairs(options.pairs);
  const auto read = [&](const std::string& name) {
    return read_chinese_pairs(set, find_file(set, options.folder, name));
  };
  const PartShares both{options.validation_share, options.test_share, options.split_seed};
  LabelledParts parts;
  if (set.validation.empty()) {
    cut_by_shares(read(set.training), both, parts);
    parts.origin =
        fmt::format("{}, all three parts of {}, cut by connected texts", set.name, set.training);
    return parts;
  }
  if (set.training.empty()) {
    parts.of(Split::test) = read(set.test);
    cut_by_shares(read(set.validation), {options.validation_share, 0, options.split_seed}, parts);
    parts.origin = fmt::format(
        "{}, whose training part is not handed out: learned from {}, of which "
        "a share is validation; test is {}",
        set.name, set.validation, set.test);
    return parts;
  }
  parts.of(Split::training) = read(set.training);
  const LabelledText dev = read(set.validation);
  if (set.test.empty()) {
    cut_in_halves(dev, options.split_seed, parts);
    parts.origin =
        fmt::format("{}; validation and test are halves of {}", set.name, set.validation);
    return parts;
  }
  parts.of(Split::validation) = dev;
  parts.of(Split::test) = read(set.test);
  parts.origin = set.name;
  return parts;
}

}  // namespace roformer::labelled
