"""일꾼을 가둡니다: bubblewrap의 이름공간, 시스템 콜 거르개(seccomp), 쓸 수 있는 양."""
