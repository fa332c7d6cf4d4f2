#include "roformer/segmentation/jieba.h"

#include <cstdlib>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/own_folder.h"

namespace roformer::segmentation {

namespace fs = std::filesystem;

namespace {

constexpr const char* kDictionary = "jieba.dict.txt";
constexpr const char* kModel = "jieba.model";

// Where the build or `make install` has put what is jieba's; empty where neither has.
fs::path find_beside_program(const char* name) {
  const fs::path own = base::own_folder();
  for (const fs::path& place : {own / name, own / ".." / "share" / "roformer" / name})
    if (fs::exists(place)) return place;
  return {};
}

std::shared_ptr<const Segmenter> make_segmenter(const SegmenterOptions& options) {
  std::shared_ptr<const HiddenMarkovModel> model;
  if (options.joins_by_model)
    model = std::make_shared<const HiddenMarkovModel>(HiddenMarkovModel::read(find_jieba_model()));
  return std::make_shared<const Segmenter>(
      std::make_shared<const Dictionary>(Dictionary::open(
          find_jieba_dictionary(), options.users, base::default_cache_folder() / "dictionaries")),
      std::move(model));
}

}  // namespace

fs::path find_jieba_dictionary() {
  if (const char* named = std::getenv("ROFORMER_DICTIONARY"); named != nullptr && *named != '\0') {
    base::require(fs::is_regular_file(named),
                  "[segmentation] expected a dictionary at $ROFORMER_DICTIONARY but there is no "
                  "file {}",
                  named);
    return named;
  }
  const fs::path found = find_beside_program(kDictionary);
  base::require(!found.empty(),
                "[segmentation] expected jieba's dictionary at {} but there is none: scripts/setup "
                "fetches it and the build puts it there; or name one, "
                "$ROFORMER_DICTIONARY=…/jieba/dict.txt of the PyPI package jieba",
                (base::own_folder() / kDictionary).string());
  return found;
}

fs::path find_jieba_model() {
  const fs::path found = find_beside_program(kModel);
  base::require(!found.empty(),
                "[segmentation] expected jieba's hidden Markov model at {} but there is none: "
                "scripts/setup fetches it and the build puts it there",
                (base::own_folder() / kModel).string());
  return found;
}

std::shared_ptr<const Segmenter> jieba_segmenter() {
  static const auto segmenter = make_segmenter({});
  return segmenter;
}

std::shared_ptr<const Segmenter> open_segmenter(const SegmenterOptions& options) {
  const bool is_plain = options.users.empty() && !options.joins_by_model;
  return is_plain ? jieba_segmenter() : make_segmenter(options);
}

}  // namespace roformer::segmentation
