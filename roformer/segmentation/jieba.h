// jieba's dictionary as it lies beside the program, and what cuts by it.
#pragma once
#include <filesystem>
#include <memory>
#include <vector>

#include "roformer/segmentation/segmenter.h"

namespace roformer::segmentation {

/// The file that $ROFORMER_DICTIONARY names; else jieba's dict.txt where the build or `make install`
/// has put it. Throws Error naming the remedy where there is none.
std::filesystem::path find_jieba_dictionary();

/// The folder of jieba's hidden Markov model, beside that file. Throws Error naming the remedy where
/// there is none.
std::filesystem::path find_jieba_model();

/// What cuts by that dictionary: opened at the first call, then the same for all.
std::shared_ptr<const Segmenter> jieba_segmenter();

/// What is asked of a segmenter beside jieba's dictionary.
struct SegmenterOptions {
  std::vector<UserWords> users = {};
  bool joins_by_model = false;  // single characters, by jieba's hidden Markov model
};

/// The same with what is asked. Throws Error as WordList does.
std::shared_ptr<const Segmenter> open_segmenter(const SegmenterOptions& options);

}  // namespace roformer::segmentation
