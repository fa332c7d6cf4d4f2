// What the commands share that answer each line of standard input.
#pragma once
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>

#include "roformer/cli/line_chunks.h"

namespace roformer::cli {

struct InputLine {
  std::int64_t number;  // from 1
  const std::string& text;
};

/// Reads standard input to its end, chunk by chunk: `answer` gives one answer a line (pipeline::Lines
/// → something with [] in the order of the lines), `format` its text without the last line end
/// (InputLine, answer → std::string). `title` names the work in the progress bar.
template <typename Answer, typename Format>
void answer_input(std::string_view title, Answer&& answer, const Format& format) {
  LineChunks input(title);
  while (input.next()) {
    const pipeline::Lines lines = input.lines();
    const auto answers = answer(lines);
    for (std::size_t i = 0; i < lines.texts.size(); ++i) {
      const InputLine line{lines.first + static_cast<std::int64_t>(i), lines.texts[i]};
      std::cout << format(line, answers[i]) << '\n';
    }
    std::cout.flush();
  }
}

}  // namespace roformer::cli
