// jieba's dictionary as it lies beside the program, and what cuts by it.
#pragma once
#include <filesystem>
#include <memory>

#include "roformer/segmentation/segmenter.h"

namespace roformer::segmentation {

/// The file that $ROFORMER_DICTIONARY names; else jieba's dict.txt where the build or `make install`
/// has put it. Throws Error naming the remedy where there is none.
std::filesystem::path find_jieba_dictionary();

/// What cuts by that dictionary: opened at the first call, then the same for all.
std::shared_ptr<const Segmenter> jieba_segmenter();

}  // namespace roformer::segmentation
