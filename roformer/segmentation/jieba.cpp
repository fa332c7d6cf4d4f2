#include "roformer/segmentation/jieba.h"

#include <cstdlib>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/own_folder.h"

namespace roformer::segmentation {

namespace fs = std::filesystem;

fs::path find_jieba_dictionary() {
  if (const char* named = std::getenv("ROFORMER_DICTIONARY"); named != nullptr && *named != '\0') {
    base::require(fs::is_regular_file(named),
                  "[segmentation] expected a dictionary at $ROFORMER_DICTIONARY but there is no "
                  "file {}",
                  named);
    return named;
  }
  constexpr const char* name = "jieba.dict.txt";
  const fs::path own = base::own_folder();
  for (const fs::path& file : {own / name, own / ".." / "share" / "roformer" / name})
    if (fs::is_regular_file(file)) return file;
  base::fail(
      "[segmentation] expected jieba's dictionary at {} but there is none: scripts/setup fetches "
      "it and the build puts it there; or name one, $ROFORMER_DICTIONARY=…/jieba/dict.txt of the "
      "PyPI package jieba",
      (own / name).string());
}

std::shared_ptr<const Segmenter> jieba_segmenter() {
  static const auto segmenter =
      std::make_shared<const Segmenter>(std::make_shared<const Dictionary>(Dictionary::open(
          {find_jieba_dictionary()}, base::default_cache_folder() / "dictionaries")));
  return segmenter;
}

}  // namespace roformer::segmentation
