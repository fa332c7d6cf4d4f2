// One labelled text, or pair of texts, as it stands in its file.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace roformer::labelled {

struct Example {
  std::string text;
  std::optional<std::string> text_pair = {};
  std::optional<std::string> negative = {};  // a text that does not belong to `text`
  std::string label = {};                    // as it is written; empty where no label was asked for
  // What rows of one group share (groups.h): a question, say. Empty where no column was asked for.
  std::string group = {}, group_pair = {};
  std::int32_t file = 0;  // number in LabelledText::files
  std::int64_t line = 0;  // from 1
};

}  // namespace roformer::labelled
