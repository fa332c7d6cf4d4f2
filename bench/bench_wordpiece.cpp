// Encodes text line by line, one thread, offsets included: megabytes a second, best of several
// passes. bench_wordpiece VOCABULARY TEXT [PASSES]; TEXT is a file or a folder, plain or packed.
// Prints one JSON line.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "roformer/base/error.h"
#include "roformer/documents/text_files.h"
#include "roformer/text/tokenizer.h"

namespace {

using namespace roformer;

struct Text {
  std::vector<std::string> lines;
  double megabytes = 0;
};

Text read_text(const std::string& name, double megabytes) {
  Text text;
  for (const auto& path : documents::find_text_files({name})) {
    documents::LineReader reader(path);
    for (std::string line; text.megabytes < megabytes && reader.next(line);) {
      text.megabytes += static_cast<double>(line.size() + 1) / 1e6;
      text.lines.push_back(line);
    }
  }
  return text;
}

template <typename Function>
double best_seconds(int passes, Function&& function) {
  double best = 1e30;
  for (int i = 0; i < passes; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    function();
    best = std::min(
        best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return best;
}

void measure(const std::string& vocabulary, const std::string& file, int passes, double most) {
  const text::Tokenizer tokenizer = text::Tokenizer::load(vocabulary);
  const auto [lines, megabytes] = read_text(file, most);
  std::size_t tokens = 0;
  text::Encoding encoding;
  const double seconds = best_seconds(passes, [&] {
    tokens = 0;
    for (const std::string& line : lines) {
      tokenizer.encode_into(line, {}, encoding);
      tokens += encoding.size();
    }
  });
  std::vector<std::int32_t> ids;
  const double ids_seconds = best_seconds(passes, [&] {
    for (const std::string& line : lines) {
      ids.clear();
      tokenizer.encode_words(line, ids);
    }
  });
  fmt::print(
      "{{\"name\": \"wordpiece\", \"megabytes\": {:.2f}, \"tokens\": {}, \"megabytes_per_second\": "
      "{:.2f}, "
      "\"ids_only_megabytes_per_second\": {:.2f}}}\n",
      megabytes, tokens, megabytes / seconds, megabytes / ids_seconds);
}

}  // namespace

int main(int count, char** values) {
  if (count < 3 || count > 5) {
    fmt::print(stderr, "usage: bench_wordpiece VOCABULARY TEXT [PASSES [MEGABYTES]]\n");
    return 2;
  }
  try {
    const int passes = count > 3 ? std::max(1, std::atoi(values[3])) : 3;
    measure(values[1], values[2], passes, count > 4 ? std::atof(values[4]) : 8.0);
  } catch (const Error& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
  return 0;
}
