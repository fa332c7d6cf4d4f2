// pool DIR TEXT...: the mean of each text's hidden states, a line of numbers each. All texts are
// one batch, end to end and without padding: no mask is needed, only where each begins.
#include <roformer/checkpoint/load.h>
#include <roformer/pipeline/pooling.h>
#include <roformer/text/tokenizer.h>
#include <torch/autograd.h>

#include <filesystem>
#include <iostream>
#include <span>

using namespace roformer;

packed::PackedBatch batch_of(const text::Tokenizer& tokenizer, std::span<char*> texts) {
  data::TokenBatch tokens;
  for (const char* text : texts) {
    const text::Encoding encoding = tokenizer.encode(text);  // [CLS] text [SEP]
    tokens.append(encoding.ids, 0, encoding.type_ids);       // at positions 0, 1, ...
  }
  return packed::from_tokens(tokens);
}

int main(int argc, char** argv) {
  if (argc < 3) return std::cerr << "usage: pool DIR TEXT...\n", 2;
  try {
    const std::filesystem::path folder = argv[1];
    auto encoder = checkpoint::load_model<model::Encoder>(folder).module;  // in evaluation mode
    const auto tokenizer = text::Tokenizer::load(folder);
    const torch::NoGradGuard no_gradient;
    const auto batch = batch_of(tokenizer, std::span(argv + 2, argv + argc));
    const torch::Tensor hidden = encoder(batch);  // (tokens of all texts, hidden_size)
    const torch::Tensor means = pipeline::pool(hidden, batch, pipeline::Pooling::mean);
    for (std::int64_t text = 0; text < means.size(0); ++text) {
      for (std::int64_t i = 0; i < means.size(1); ++i)
        std::cout << (i == 0 ? "" : " ") << means[text][i].item<float>();
      std::cout << '\n';
    }
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
