// fill_mask DIR "Paris is the [MASK] of France.": the likeliest tokens, with a checkpoint of
// Hugging Face's form.
#include <roformer/pipeline/fill_mask.h>

#include <iostream>
#include <span>

int main(int argc, char** argv) {
  if (argc != 3) return std::cerr << "usage: fill_mask DIR TEXT\n", 2;
  try {
    const auto fill = roformer::pipeline::open_fill_mask(argv[1]);
    const std::string text = argv[2];
    const auto answers = fill({std::span(&text, 1)});
    for (const auto& mask : answers.front()) {
      for (const auto& candidate : mask)
        std::cout << candidate.token << ' ' << candidate.probability << '\n';
    }
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
