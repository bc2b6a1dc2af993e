"""`python -m adapter` is `mse-adapter`."""

from adapter.cli import main

if __name__ == "__main__":
    main()
